"""Every kind of figure looks as it did: a small picture is compared with the one that was looked at.

A picture is drawn and compared by the mean colors of blocks of four dots. Fonts and antialiasing move a block by a few
levels; a curve that moves, an arm without its color or a label that is gone moves many blocks by far more.

To renew the pictures after a change that was looked at: ``OSSIM_BASELINE=1 pytest tests/plots/test_images.py``.
"""

from __future__ import annotations

import io
import os
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
import xarray as xr
from matplotlib import image as mpl_image
from matplotlib import pyplot as plt
from synthetic import make_trial
from synthetic_fields import make_fields

from ossim import endpoints, plots

mpl.use("Agg")
BASELINE = Path(__file__).with_name("baseline")
DOTS_PER_INCH, BLOCK = 48, 4
#: of 255: mean difference of blocks that the eye does not see, and share of blocks that may differ by more than SEEN
TOLERANCE, SEEN, SHARE = 2.0, 40.0, 0.01


@pytest.fixture(scope="module")
def datasets():
    """A Dataset for every kind of figure."""
    trial = make_trial(n_patients=40, n_tracked=6)
    rate = {"arm": "sorafenib", "endpoint": "progression_free", "k": 16, "n": 35, "time": 121.75}
    median = {
        "arm": "sorafenib",
        "endpoint": "median_overall_survival",
        "value": 213.0,
        "ci_low": 90.0,
        "ci_high": 400.0,
    }
    x, y = (values.ravel() for values in np.meshgrid([0.0, 1.0, 2.0], [10.0, 20.0]))
    gain = ("run", "arm"), np.stack([x - y / 20, x], axis=1), {"units": "month", "long_name": "gain"}
    sweep = xr.Dataset(
        {"gain": gain}, coords={"run": np.arange(6), "dose": ("run", x), "interval": ("run", y), "arm": ["a", "b"]}
    )
    time = np.linspace(0, 4, 9)
    course = xr.Dataset(
        {
            "volume": ("time", np.exp(0.2 * time), {"units": "mm^3", "long_name": "tumor volume"}),
            "drug": ("time", 2.0 ** -(time % 1), {"units": "mg/kg"}),
            "status": ((), np.int8(0)),
            "dose_time": ("dose", np.arange(4.0)),
            "dose_compartment": ("dose", ["drug"] * 4),
        },
        coords={"time": ("time", time, {"units": "day"})},
    )
    plane = make_fields(("y", "x"), 24, 30.0, 5)
    along = sweep.isel(run=slice(0, 3)).drop_vars("interval")
    found = dict.fromkeys(plots.names(), trial)
    return found | {
        "published": endpoints.compare(trial, [rate, median]),
        "heatmap": sweep,
        "sweep_line": along,
        "time_course": course,
        "field_slices": plane,
        "field_kymograph": make_fields(("r",), 24, 30.0, 9, treated_from=15.0),
        "radial_profile": plane,
    }


OPTIONS = {"heatmap": {"arm": "a", "x": "dose", "y": "interval", "variable": "gain"}}


def picture(axes) -> np.ndarray:
    """The figure that holds `axes` as colors from 0 to 1, shape (height, width, 3)."""
    figure = np.ravel(np.asarray(axes, dtype=object))[0].figure
    stream = io.BytesIO()
    figure.savefig(stream, dpi=DOTS_PER_INCH, format="png")
    plt.close(figure)
    stream.seek(0)
    return mpl_image.imread(stream)[..., :3]


def blocks(colors: np.ndarray) -> np.ndarray:
    """Mean color of blocks of BLOCK x BLOCK dots, from 0 to 255."""
    height, width = (size // BLOCK * BLOCK for size in colors.shape[:2])
    cut = colors[:height, :width].reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK, 3)
    return 255.0 * cut.mean(axis=(1, 3))


def differences(drawn: np.ndarray, kept: np.ndarray) -> tuple[float, float]:
    """Mean difference of blocks, and the share of blocks that differ by more than SEEN."""
    assert drawn.shape == kept.shape, f"the figure is {drawn.shape[1]} x {drawn.shape[0]} dots, it was {kept.shape[:2]}"
    change = np.abs(blocks(drawn) - blocks(kept)).max(axis=2)
    return float(change.mean()), float((change > SEEN).mean())


def same(drawn: np.ndarray, kept: np.ndarray) -> bool:
    mean, share = differences(drawn, kept)
    return mean <= TOLERANCE and share <= SHARE


@pytest.mark.parametrize("kind", plots.names())
def test_figure_looks_as_it_did(datasets, kind):
    drawn = picture(plots.find(kind)(datasets[kind], **OPTIONS.get(kind, {})))
    path = BASELINE / f"{kind}.png"
    if os.environ.get("OSSIM_BASELINE"):
        mpl_image.imsave(path, drawn)
    kept = mpl_image.imread(path)[..., :3]
    assert same(drawn, kept), differences(drawn, kept)


def test_what_the_eye_sees_is_a_difference(datasets):
    """A curve that moved, a color that is gone and a label that is gone each fail."""
    kept = picture(plots.kaplan_meier(datasets["kaplan_meier"]))
    for change in (_move, _recolor, _erase):
        axes = plots.kaplan_meier(datasets["kaplan_meier"])
        change(axes)
        assert not same(picture(axes), kept), change.__name__


def _move(ax):
    for line in ax.lines:
        line.set_ydata(0.85 * np.asarray(line.get_ydata()))


def _recolor(ax):
    for line in ax.lines:
        line.set_color("0.8")


def _erase(ax):
    ax.figure.legends[0].remove()
