"""States and drug levels of a model over time: a panel each, runs by color, doses above."""

import matplotlib as mpl
import numpy as np
import pytest
import xarray as xr
from matplotlib import pyplot as plt

from ossim import plots
from ossim.errors import UnknownNameError

mpl.use("Agg")


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


def course(n_runs=1):
    """A growing volume, a drug level, and a drug that nobody gave."""
    time, rate = np.linspace(0, 4, 9), np.linspace(0.1, 0.3, n_runs)
    volume = np.exp(rate[:, None] * time)
    level = np.broadcast_to(2.0 ** -(time % 1), volume.shape)
    ds = xr.Dataset(
        {
            "volume": (("run", "time"), volume, {"units": "mm^3", "long_name": "tumor volume"}),
            "drug": (("run", "time"), level, {"units": "mg/kg"}),
            "unused": (("run", "time"), 0 * volume, {"units": "mg/kg"}),
            "status": ("run", np.zeros(n_runs, np.int8)),
            "dose_time": ("dose", np.arange(4.0)),
            "dose_compartment": ("dose", ["drug"] * 4),
        },
        coords={"time": ("time", time, {"units": "day"}), "rate": ("run", rate, {"units": "1/day"})},
    )
    return ds if n_runs > 1 else ds.isel(run=0, drop=True)


def test_only_time_courses_apply():
    assert plots.applicable(course()) == ["time_course"]
    assert plots.applicable(course(3)) == ["time_course"]


def test_each_state_and_given_drug_has_a_panel_with_its_unit():
    labels = [ax.get_ylabel() for ax in plots.time_course(course())]
    assert labels == ["Tumor volume [mm³]", "Drug [mg/kg]"]


def test_doses_are_ticks_above_every_panel():
    for ax in plots.time_course(course()):
        ticks = [line for line in ax.lines if line.get_marker() == "|"]
        assert [line.get_xdata().tolist() for line in ticks] == [[0.0, 1.0, 2.0, 3.0]]


def test_few_runs_have_a_legend_and_many_a_color_bar():
    few, many = plots.time_course(course(3))[0].figure, plots.time_course(course(9))[0].figure
    assert [text.get_text() for text in few.legends[0].get_texts()] == [
        "rate 0.1 1/day",
        "rate 0.2 1/day",
        "rate 0.3 1/day",
    ]
    assert not many.legends
    assert many.axes[-1].get_ylabel() == "Rate [1/day]"


def test_runs_that_coincide_are_drawn_once():
    volume, drug = plots.time_course(course(3))
    assert len([line for line in volume.lines if line.get_marker() != "|"]) == 3
    assert len([line for line in drug.lines if line.get_marker() != "|"]) == 1


def test_table_leaves_out_what_was_not_given():
    assert set(plots.time_course_table(course(2)).data_vars) == {"volume", "drug"}


def test_unknown_variable_names_the_nearest():
    with pytest.raises(UnknownNameError, match="volume"):
        plots.time_course(course(), variables=["volumes"])
