"""Models in space from Python and from a config: what a run holds, what is refused, what is left of a failure."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

import ossim
from ossim.dataset import Status
from ossim.errors import InputError, OutputExistsError
from ossim.store.fields import FIELDS

TIMES = (0.0, 10.0, 20.0)
CONFIG = """
model: fisher_kpp
times: [0, 10, 20]
space: {geometry: plane, size: 20 mm, spacing: 0.4 mm}
"""


def test_dataset_holds_fields_and_what_is_read_off():
    ds = ossim.simulate("fisher_kpp", TIMES, space={"geometry": "plane", "size": 20, "spacing": 0.4})
    assert ds["tumor_cells"].dims == ("time", "y", "x") and ds["tumor_cells"].shape == (3, 50, 50)
    assert int(ds["status"]) == Status.ok
    area = ds["tumor_cells"].sum(("x", "y")) * 0.4**2
    np.testing.assert_allclose(ds["total_tumor_cells"], area, rtol=1e-12)
    assert ds["total_tumor_cells"].attrs["units"] == "mm^2"
    assert np.all(np.diff(ds["tumor_diameter"]) > 0)
    assert 0 < ds.attrs["temporal_error"] < 1e-3
    assert ds.attrs["weakest_evidence_tier"] == "assumed"


def test_the_same_tumor_in_a_ball_and_in_a_box():
    """A radial run and a Cartesian one of the same ball differ by the error of their grids only."""
    radial = ossim.simulate("fisher_kpp", TIMES, space={"size": 10, "spacing": 0.25})
    box = ossim.simulate("fisher_kpp", TIMES, space={"geometry": "box", "size": 20, "spacing": 0.5})
    np.testing.assert_allclose(box["total_tumor_cells"], radial["total_tumor_cells"], rtol=5e-3)
    np.testing.assert_allclose(box["tumor_diameter"], radial["tumor_diameter"], rtol=1e-2)


def test_arrays_of_a_parameter_are_runs():
    ds = ossim.simulate("fisher_kpp", TIMES, parameters={"growth_rate": [0.01, 0.03]}, space={"size": 15})
    assert ds["tumor_cells"].dims == ("run", "time", "r")
    one = ossim.simulate("fisher_kpp", TIMES, parameters={"growth_rate": 0.03}, space={"size": 15})
    np.testing.assert_array_equal(ds["tumor_cells"].isel(run=1), one["tumor_cells"])
    assert ds["growth_rate"].attrs["units"] == "1/day"


def test_a_barrier_holds_no_cells_and_nothing_gets_behind_it():
    barriers = [{"shape": "slab", "axis": "x", "from": 3, "to": 4}]
    start = np.zeros((50, 50))
    start[18:32, 20:32] = 0.5
    space = {"geometry": "plane", "size": 20, "spacing": 0.4, "barriers": barriers, "error_estimate": False}
    ds = ossim.simulate("fisher_kpp", (0.0, 60.0), {"tumor_cells": start}, space=space)
    inside, behind = ((ds.x >= 3) & (ds.x <= 4)).values, (ds.x > 4).values
    assert ds["tumor_cells"].isel(x=inside).isnull().all() and not ds["tissue"].isel(x=inside).any()
    assert (ds["tumor_cells"].isel(x=behind) == 0).all() and (
        ds["tumor_cells"].isel(time=1, x=slice(20, 32), y=slice(18, 32)) > 0
    ).all()


def test_a_region_slows_the_front():
    slow = [{"shape": "slab", "axis": "x", "from": 0, "to": 10, "permeability": 0.1}]
    space = {"geometry": "plane", "size": 20, "spacing": 0.4}
    ds = ossim.simulate("fisher_kpp", (0.0, 60.0), space=space | {"regions": slow})
    last = ds["tumor_cells"].isel(time=1).mean("y")
    assert float(last.sel(x=slice(5, 10)).sum()) < 0.5 * float(last.sel(x=slice(-10, -5)).sum())


def test_a_tumor_at_the_boundary_ends_the_run_and_what_there_is_stays():
    ds = ossim.simulate("fisher_kpp", (0.0, 100.0, 200.0, 300.0), space={"size": 8})
    assert int(ds["status"]) == Status.touches_boundary
    assert ds.attrs["reached"] < 300.0
    kept = ds["tumor_cells"].notnull().all("r").values
    assert kept[0] and not kept[-1]
    assert np.isnan(ds["tumor_diameter"].values[-1])


def test_wall_clock_leaves_what_was_reached():
    ds = ossim.simulate("fisher_kpp", (0.0, 1.0, 1000.0), space={"size": 100, "spacing": 0.2, "wall_clock": 1e-9})
    assert int(ds["status"]) == Status.wall_clock and ds["tumor_cells"].isel(time=0).notnull().all()


@pytest.mark.parametrize(
    "space, words",
    [
        ({"spacing": 5.0}, "too coarse for a front about 0.93 wide; 0.93 would just do"),
        ({"geometry": "plan"}, "geometry"),
        ({"spaceing": 1.0}, "spaceing"),
        ({"geometry": "plane", "size": 10, "barriers": [{"shape": "ball", "radius": 50}]}, "leave no tissue"),
        ({"barriers": [{"shape": "slab", "axis": "y", "from": 0, "to": 1}]}, "axis"),
        ({"barriers": [{"shape": "file", "path": "nowhere.npy"}]}, "cannot be read"),
        ({"geometry": "box", "size": 1000}, "too many"),
        ({"size": -3}, "positive length"),
    ],
)
def test_a_space_that_cannot_be_is_refused_in_one_line(space, words):
    with pytest.raises(InputError, match=words) as caught:
        ossim.simulate("fisher_kpp", TIMES, space=space)
    assert "\n" not in str(caught.value)


def test_a_mask_of_another_shape_is_refused(tmp_path):
    np.save(tmp_path / "mask.npy", np.ones((3, 3), bool))
    barriers = [{"shape": "file", "path": str(tmp_path / "mask.npy")}]
    with pytest.raises(InputError, match=r"has shape \(3, 3\), the grid \(50, 50\)"):
        ossim.simulate(
            "fisher_kpp", TIMES, space={"geometry": "plane", "size": 20, "spacing": 0.4, "barriers": barriers}
        )


def test_names_are_checked():
    with pytest.raises(InputError, match="growth_rate"):
        ossim.simulate("fisher_kpp", TIMES, parameters={"growth_rat": 1.0})
    with pytest.raises(InputError, match="tumor_cells"):
        ossim.simulate("fisher_kpp", TIMES, initial={"tumor_cell": 1.0})
    with pytest.raises(InputError, match="takes no doses"):
        ossim.simulate("fisher_kpp", TIMES, doses=[{"time": 0, "amt": 1}])
    with pytest.raises(InputError, match="not one in space"):
        ossim.simulate("gompertz", TIMES, space={})


def test_config_writes_a_store_that_plain_xarray_reads(tmp_path):
    config = ossim.loads(CONFIG)
    assert ossim.load(_written(tmp_path, config)) == config
    ds = ossim.run(config, to=tmp_path / "result.nc")
    fields = xr.open_zarr(tmp_path / FIELDS, chunks=None, consolidated=False)
    assert fields["tumor_cells"].dims == ("time", "y", "x") and fields.attrs["reached"] == 20.0
    np.testing.assert_allclose(fields["tumor_cells"], ds["tumor_cells"], rtol=1e-6)
    again = ossim.open_result(tmp_path)
    assert "tumor_cells" in again and float(again["tumor_diameter"][2]) == float(ds["tumor_diameter"][2])


def _written(folder, config):
    path = folder / "config.yaml"
    path.write_text(ossim.sections.text.dump(config.resolved()))
    return path


def test_config_says_the_line_of_what_is_wrong():
    with pytest.raises(InputError, match=r"config:4: space\.geometri: unknown key"):
        ossim.loads(CONFIG.replace("geometry", "geometri"))
    with pytest.raises(InputError, match="config:4: space: a spacing of 3 is too coarse"):
        ossim.loads(CONFIG.replace("0.4 mm", "3 mm"))
    with pytest.raises(InputError, match="config:4: space: model gompertz is not one in space"):
        ossim.loads(CONFIG.replace("fisher_kpp", "gompertz"))


def test_fields_of_an_earlier_run_are_not_replaced(tmp_path):
    config = ossim.loads(CONFIG)
    ossim.run(config, to=tmp_path / "first.nc").close()
    with pytest.raises(OutputExistsError, match=r"fields\.zarr exists; it is not replaced"):
        ossim.run(config, to=tmp_path / "second.nc")
