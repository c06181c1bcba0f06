"""The declared variables: CF attributes, flags, and a Dataset that survives a file."""

import numpy as np
import pytest
import xarray as xr

from ossim.dataset import COORDINATES, VARIABLES, Response, dataarray_attrs, variable
from ossim.errors import UnknownNameError


@pytest.mark.parametrize("declared", [*COORDINATES, *VARIABLES], ids=lambda declared: declared.name)
def test_every_variable_has_units_and_a_long_name(declared):
    attrs = dataarray_attrs(declared.name)
    assert attrs["units"]
    assert attrs["long_name"]


def test_dimensions_are_declared_coordinates():
    known = {coordinate.name for coordinate in COORDINATES}
    assert {name for declared in VARIABLES for name in declared.dims} <= known


def test_flags_follow_cf():
    attrs = dataarray_attrs("response")
    assert attrs["flag_values"].dtype == np.int8
    assert attrs["flag_meanings"].split() == [code.name for code in Response]


def test_unknown_variable_names_the_nearest():
    with pytest.raises(UnknownNameError, match="sum_of_diameters"):
        variable("sum_of_diameter")


def test_made_up_trial_holds_every_required_variable(trial):
    required = {declared.name for declared in VARIABLES if not (declared.optional or declared.spatial)}
    assert required <= set(trial.data_vars)


def test_attributes_survive_a_file(trial, tmp_path):
    trial.to_netcdf(tmp_path / "trial.nc", engine="h5netcdf")
    with xr.open_dataset(tmp_path / "trial.nc", engine="h5netcdf", decode_timedelta=False) as stored:
        assert stored["visit_time"].attrs["units"] == "day"
        assert stored["status"].attrs["flag_meanings"].startswith("ok max_steps")
