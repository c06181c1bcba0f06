"""A film of a tumor: as many frames as times, readable, fixed colors, one frame at a time."""

from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pytest
import xarray as xr
from matplotlib import pyplot as plt
from matplotlib.animation import FFMpegWriter
from PIL import Image
from synthetic_fields import make_fields, with_arms

from ossim import plots
from ossim.errors import InputError, UnknownNameError
from ossim.plots import animation

mpl.use("Agg")


@pytest.fixture(scope="module")
def plane():
    return make_fields(("y", "x"), 24, 20.0, 6, treated_from=8.0)


def frames(path):
    with Image.open(path) as film:
        for place in range(film.n_frames):
            film.seek(place)
            yield np.asarray(film.convert("RGB"))


def test_gif_has_a_frame_per_time_and_is_readable(plane, tmp_path):
    path = plots.animate(plane, tmp_path / "tumor.gif", variables=["viable_cells"], fps=5)
    shown = list(frames(path))
    assert len(shown) == plane.sizes["time"]
    assert len({one.shape for one in shown}) == 1
    assert all((one != other).any() for one, other in pairwise(shown))
    with Image.open(path) as film:
        assert film.info["duration"] == 200
        assert film.info["loop"] == 0


def test_all_frames_share_limits_and_layout(plane, tmp_path):
    """A field that does not change with time: frames differ in the day and the cursor, not in the maps."""
    still = plane[["oxygen"]].copy(deep=True)
    still["oxygen"][:] = plane["oxygen"].isel(time=-1).values
    shown = list(frames(plots.animate(still, tmp_path / "still.gif")))
    changed = (shown[0] != shown[-1]).any(axis=(1, 2))
    assert changed.any()
    assert changed.mean() < 0.1


def test_only_chosen_times_are_drawn(plane, tmp_path):
    path = plots.animate(plane, tmp_path / "tumor.gif", variables=["oxygen"], times=[0, 20])
    assert len(list(frames(path))) == 2


def test_box_and_arms(tmp_path):
    box = make_fields(("z", "y", "x"), 12, 4.0, 2)
    assert len(list(frames(plots.animate(box, tmp_path / "box.gif", variables=["oxygen"], axis="y")))) == 2
    one = make_fields(("y", "x"), 12, 4.0, 2)
    arms = with_arms(one, one)
    assert plots.animate(arms, tmp_path / "arm.gif", arm="treated", variables=["oxygen"]).exists()
    with pytest.raises(UnknownNameError, match="treated"):
        plots.animate(arms, tmp_path / "arm2.gif", arm="treatd")


def test_a_film_from_a_file_loads_no_field_as_a_whole(plane, tmp_path):
    plane.to_netcdf(tmp_path / "fields.nc", engine="h5netcdf")
    with xr.open_dataset(tmp_path / "fields.nc", engine="h5netcdf") as opened:
        plots.animate(opened, tmp_path / "tumor.gif", variables=["oxygen"])
        assert not opened["oxygen"].variable._in_memory


def test_settings_and_open_figures_are_left_alone(plane, tmp_path):
    settings, before = dict(mpl.rcParams), plt.get_fignums()
    plots.animate(plane, tmp_path / "tumor.gif", variables=["oxygen"], times=[0])
    assert (dict(mpl.rcParams), plt.get_fignums()) == (settings, before)


@pytest.mark.parametrize(
    "name, options, message",
    [
        ("a.avi", {}, "written as .gif or .mp4"),
        ("a.gif", {"fps": 0}, "fps: must be above 0"),
        ("a.gif", {"variables": ["oxigen"]}, "did you mean 'oxygen'"),
        ("a.gif", {"course": "tumor_diamter"}, "did you mean 'tumor_diameter'"),
        ("a.gif", {"dpi": 2000}, "pixels are too large"),
        ("a.gif", {"limits": {"oxygen": (1, 0)}}, "two rising numbers"),
    ],
)
def test_bad_input_is_one_line_and_leaves_no_file(plane, tmp_path, name, options, message):
    with pytest.raises(InputError, match=message) as raised:
        plots.animate(plane, tmp_path / name, **options)
    assert "\n" not in str(raised.value)
    assert not (tmp_path / name).exists()


def test_too_many_frames_are_refused(plane, tmp_path, monkeypatch):
    monkeypatch.setattr(animation, "_MOST_FRAMES", 3)
    with pytest.raises(InputError, match=r"6 frames are more than 3; say times=ds.time\[::2\]"):
        plots.animate(plane, tmp_path / "long.gif")


def test_a_film_that_fails_leaves_no_file(plane, tmp_path, monkeypatch):
    def broken(*args, **kwargs):
        raise OSError("disk full")

    monkeypatch.setattr(animation.GifImagePlugin, "getdata", broken)
    with pytest.raises(OSError, match="disk full"):
        plots.animate(plane, tmp_path / "a.gif", variables=["oxygen"])
    assert not (tmp_path / "a.gif").exists()


@pytest.mark.skipif(FFMpegWriter.isAvailable(), reason="ffmpeg is installed")
def test_mp4_needs_ffmpeg(plane, tmp_path):
    with pytest.raises(InputError, match="ffmpeg is not installed"):
        plots.animate(plane, tmp_path / "a.mp4")


@pytest.mark.skipif(not FFMpegWriter.isAvailable(), reason="ffmpeg is not installed")
def test_mp4_is_written(plane, tmp_path):
    assert plots.animate(plane, tmp_path / "a.mp4", variables=["oxygen"]).stat().st_size > 0
