"""``ossim film``: an animation of a stored result, and that a result that holds one can still be replaced."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.animation import FFMpegWriter
from PIL import Image

from ossim.cli import app as cli
from ossim.store import folder as store

CONFIG = """
model: fisher_kpp
times: [0, 10, 20, 30]
space: {geometry: GEOMETRY, size: 20 mm, spacing: 0.5 mm, error_estimate: false}
"""


def call(capsys, *arguments):
    code = cli.main([str(argument) for argument in arguments])
    return code, *capsys.readouterr()


def written(folder, geometry: str = "plane"):
    path = folder / f"{geometry}.yaml"
    path.write_text(CONFIG.replace("GEOMETRY", geometry))
    assert cli.main(["run", str(path), "--out", str(folder / geometry), "--no-figures"]) == 0
    return folder / geometry


def test_film_goes_beside_the_figures_and_holds_a_frame_per_time(tmp_path, capsys):
    result = written(tmp_path)
    capsys.readouterr()
    code, out, complaint = call(capsys, "film", result)
    path = result / store.FIGURES / "animation.gif"
    assert (code, out.strip(), complaint) == (0, str(path), "")
    with Image.open(path) as shown:
        assert shown.n_frames == 4
        first = np.asarray(shown.convert("RGB"))
        shown.seek(3)
        assert (np.asarray(shown.convert("RGB")) != first).any()
    assert [one.name for one in path.parent.iterdir()] == ["animation.gif"]


def test_result_with_a_film_is_replaced_by_force_only(tmp_path, capsys):
    result = written(tmp_path)
    assert call(capsys, "film", result)[0] == 0
    code, _, complaint = call(capsys, "film", result)
    assert code == cli.BAD_INPUT and "animation.gif exists" in complaint
    assert call(capsys, "film", result, "--force", "--fps", 5)[0] == 0
    code, _, complaint = call(capsys, "run", tmp_path / "plane.yaml", "--out", result, "--force", "--no-figures")
    assert (code, complaint) == (0, "")
    assert not (result / store.FIGURES).exists()


def test_what_cannot_be_filmed_is_said_in_one_line_and_leaves_nothing(tmp_path, capsys):
    result = written(tmp_path)
    cases = [
        (["--out", tmp_path / "film.avi"], "written as .gif or .mp4"),
        (["--field", "tumor_cell"], "did you mean 'tumor_cells'"),
        (["--arm", "a"], "no dimension 'arm'"),
        (["--fps", 0], "fps: must be above 0"),
    ]
    for options, words in cases:
        code, _, complaint = call(capsys, "film", result, *options)
        assert code == cli.BAD_INPUT and words in complaint and complaint.count("\n") == 1
    assert not list(tmp_path.glob("*film*")) and not list((result / store.FIGURES).iterdir())
    code, _, complaint = call(capsys, "film", written(tmp_path, "radial"))
    assert code == cli.BAD_INPUT and "an animation needs variables over time and space" in complaint


@pytest.mark.skipif(not FFMpegWriter.isAvailable(), reason="ffmpeg is not installed")
def test_mp4_where_the_path_ends_so(tmp_path, capsys):
    path = tmp_path / "film.mp4"
    assert call(capsys, "film", written(tmp_path), "--out", path)[0] == 0
    assert path.read_bytes()[4:8] == b"ftyp"
