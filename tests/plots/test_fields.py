"""Maps, kymographs and profiles of a small tumor integrated in NumPy: limits, scale bar, mask, and what is read."""

import matplotlib as mpl
import numpy as np
import pytest
import xarray as xr
from matplotlib import pyplot as plt
from synthetic_fields import SPACING, make_fields, with_arms
from xarray.backends import BackendArray
from xarray.core import indexing

from ossim import plots
from ossim.errors import InputError, UnknownNameError
from ossim.plots import maps

mpl.use("Agg")
CELLS, DAYS, STORED = 32, 40.0, 9
KINDS = ("field_slices", "field_kymograph", "radial_profile")


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def mask():
    """Tissue without a half disk at the left border."""
    y, x = np.meshgrid(np.arange(CELLS), np.arange(CELLS), indexing="ij")
    return (y - CELLS / 2) ** 2 + x**2 > 7**2


@pytest.fixture(scope="module")
def plane(mask):
    return make_fields(("y", "x"), CELLS, DAYS, STORED, mask=mask)


@pytest.fixture(scope="module")
def treated(mask):
    return make_fields(("y", "x"), CELLS, DAYS, STORED, treated_from=15.0, mask=mask)


@pytest.fixture(scope="module")
def box():
    return make_fields(("z", "y", "x"), 20, 20.0, 5)


@pytest.fixture(scope="module")
def shells():
    return make_fields(("r",), CELLS, DAYS, STORED, treated_from=15.0)


class Counted(BackendArray):
    """Values in a file, so to speak, that note how many of them are read."""

    def __init__(self, values, read):
        self.values, self.read = values, read
        self.shape, self.dtype = values.shape, values.dtype

    def __getitem__(self, key):
        return indexing.explicit_indexing_adapter(key, self.shape, indexing.IndexingSupport.OUTER, self._take)

    def _take(self, key):
        taken = self.values
        for axis in reversed(range(taken.ndim)):
            taken = taken[(slice(None),) * axis + (key[axis],)]
        self.read.append(taken.size)
        return taken


def lazily(ds):
    """The Dataset as if opened from a file, and the list of how many values are read."""
    read = []
    fields = {
        name: (
            values.dims,
            indexing.LazilyIndexedArray(Counted(values.values, read)),
            values.attrs,
        )
        for name, values in ds.data_vars.items()
        if values.ndim > 2
    }
    return ds.drop_vars(list(fields)).assign({name: xr.Variable(*one) for name, one in fields.items()}), read


def images(axes):
    return [ax.images[0] for ax in np.ravel(axes)]


def scale_bar(axes):
    (line,) = (line for ax in np.ravel(axes) for line in ax.lines if line.get_label() == "scale")
    return line


def test_fields_have_their_own_figures(plane, box, shells, treated):
    assert plots.applicable(plane) == ["field_slices", "radial_profile", "time_course"]
    assert plots.applicable(box.drop_vars("tumor_diameter")) == ["field_slices", "radial_profile"]
    assert plots.applicable(shells) == ["field_kymograph", "radial_profile", "time_course"]
    arms = with_arms(plane, treated)
    assert plots.applicable(arms) == ["field_slices", "field_slices:arms", "radial_profile"]


def test_a_trial_has_no_figures_of_fields(trial):
    assert not {name for name in plots.applicable(trial) if name.partition(":")[0] in KINDS}


def test_one_row_per_field_with_common_limits(plane):
    axes = plots.field_slices(plane, variables=["viable_cells", "oxygen"], times=[0, 20, 40])
    assert axes.shape == (2, 3)
    for row, name in zip(axes, ("viable_cells", "oxygen"), strict=True):
        drawn = plane[name].sel(time=[0, 20, 40]).where(plane["tissue"])
        assert {image.get_clim() for image in images(row)} == {(0.0, float(drawn.max()))}
    assert len(axes[0, 0].figure.axes) == 6 + 2, "one color bar per row"
    assert axes[0, 0].figure.axes[-1].get_ylabel() == "[1]"


def test_columns_are_labeled_with_the_stored_day(plane):
    axes = plots.field_slices(plane, variables=["oxygen"], times=[1, 21, 40])
    assert [ax.get_title(loc="left") for ax in axes[0]] == ["day 0", "day 20", "day 40"]


def test_default_shows_few_fields_that_vary_at_times_over_the_run(plane):
    table = plots.field_slices_table(plane.assign(necrosis=0 * plane["necrosis"]))
    assert "necrosis" not in table
    assert table["time"].values.tolist() == [0, 15, 25, 40]
    assert len([name for name in table.data_vars if name != "tumor_fraction"]) == 5


def test_scale_bar_has_the_length_it_says(plane):
    axes = plots.field_slices(plane, variables=["oxygen"])
    length = np.ptp(scale_bar(axes).get_xdata())
    assert f" {length:g} mm" in [text.get_text() for text in axes[-1, 0].texts]
    left, right = axes[0, 0].get_xlim()
    assert right - left == pytest.approx(CELLS * SPACING)
    assert 0.2 < length / (right - left) < 0.46


@pytest.mark.parametrize("at_most, length", [(4.9, 2.0), (5.0, 5.0), (0.3, 0.2), (12.0, 10.0)])
def test_scale_bar_is_round(at_most, length):
    assert maps.nice_length(at_most) == pytest.approx(length)


def test_cells_outside_the_tissue_are_not_drawn_but_hatched(plane, mask):
    axes = plots.field_slices(plane, variables=["oxygen"])
    np.testing.assert_array_equal(images(axes)[0].get_array().mask, ~mask)
    assert axes[0, 0].patch.get_hatch()
    assert "Hatched: outside the tissue" in axes[0, 0].figure.get_supxlabel()


def test_values_stand_where_their_coordinates_say(plane):
    image = images(plots.field_slices(plane, variables=["vegf"], times=[40]))[0]
    assert image.get_extent() == pytest.approx([-4, 4, -4, 4])
    assert image.origin == "lower"
    np.testing.assert_array_equal(image.get_array()[20], plane["vegf"].sel(time=40).values[20])


def test_box_is_cut_in_the_middle_or_where_asked(box):
    middle = plots.field_slices_table(box, variables=["oxygen"], times=[20])
    np.testing.assert_array_equal(middle["oxygen"][0], box["oxygen"].isel(time=-1, z=10))
    across = plots.field_slices_table(box, variables=["oxygen"], times=[20], axis="x", position=-0.9)
    np.testing.assert_array_equal(across["oxygen"][0], box["oxygen"].isel(time=-1).sel(x=-0.9, method="nearest"))
    assert across.attrs["shown"] == "plane x = -0.875 mm"
    with pytest.raises(InputError, match="outside the box"):
        plots.field_slices(box, position=9.0)
    with pytest.raises(UnknownNameError, match="axis 'w'"):
        plots.field_slices(box, axis="w")


def test_columns_of_arms_show_one_time(plane, treated):
    arms = with_arms(plane, treated)
    axes = plots.find("field_slices:arms")(arms, variables=["mature_vessels"], times=[30])
    assert [ax.get_title(loc="left") for ax in axes[0]] == ["untreated", "treated"]
    assert len({image.get_clim() for image in images(axes)}) == 1
    np.testing.assert_array_equal(
        images(axes)[1].get_array().compressed(),
        treated["mature_vessels"].sel(time=30).values[treated["tissue"].values],
    )
    with pytest.raises(UnknownNameError, match="did you mean 'treated'"):
        plots.field_slices(arms, arm="treatd")
    with pytest.raises(InputError, match="no dimension 'arm'"):
        plots.field_slices(plane, columns="arm")


def test_fields_stand_in_the_order_that_the_dataset_says(plane):
    ordered = plane.assign_attrs(field_variables="vegf oxygen")
    axes = plots.field_slices(ordered)
    assert ["vegf" in axes[0, 0].get_ylabel().lower(), "oxygen" in axes[1, 0].get_ylabel().lower()] == [True, True]


def test_time_and_length_without_a_unit_are_not_days_and_mm():
    whole = make_fields(("y", "x"), 12, 10.0, 3)
    for name in ("time", "x", "y"):
        whole[name].attrs["units"] = "1"
    axes = plots.field_slices(whole, variables=["oxygen"])
    assert axes[0, -1].get_title(loc="left") == "time 10"
    (said,) = [text.get_text() for text in axes[0, 0].texts]
    assert float(said) > 0


@pytest.mark.parametrize("outside", [True, False])
def test_note_on_hatching_only_where_there_is_some(shells, outside):
    tissue = np.ones(shells.sizes["r"], bool)
    tissue[-3:] = not outside
    panels = plots.field_kymograph(shells.assign(tissue=("r", tissue)))
    assert ("Hatched" in np.ravel(panels)[0].figure.get_supxlabel()) == outside


def test_profile_of_one_time_needs_no_legend(shells):
    panels = plots.radial_profile(shells.isel(time=[0]))
    (legend,) = np.ravel(panels)[0].figure.legends
    assert not legend.get_texts()


def test_outline_is_where_the_tumor_fraction_crosses_the_level(plane):
    axes = plots.field_slices(plane, variables=["oxygen"], times=[0], level=0.3)
    assert len(axes[0, 0].collections) == 1
    x, _ = axes[0, 0].collections[0].get_paths()[0].vertices.T
    # The disk that the run begins with has a radius of 0.9 mm across x, shifted by 0.6 mm.
    assert np.abs(x - 0.6).max() < 0.9 + SPACING
    assert not plots.field_slices(plane, variables=["oxygen"], times=[0], outline=[])[0, 0].collections


def test_tumor_is_what_the_dataset_says(plane):
    said = plane.assign_attrs(tumor_variables="necrosis")
    table = plots.field_slices_table(said, variables=["oxygen"], times=[40])
    expected = plane["necrosis"].sel(time=[40]).where(plane["tissue"])
    np.testing.assert_array_equal(table["tumor_fraction"], expected)


def test_signed_fields_have_a_symmetric_scale():
    assert maps.limits_between(-1.0, 3.0) == (-3.0, 3.0)
    assert maps.limits_between(-1e-9, 3.0) == (0.0, 3.0)
    assert maps.limits_between(0.9, 1.0) == (0.9, 1.0)
    assert maps.limits_between(0.0, 0.0) == (0.0, 1.0)


def test_only_the_times_drawn_are_read(plane):
    lazy, read = lazily(plane)
    plots.field_slices(lazy, variables=["oxygen"], times=[0, 40], outline=[])
    assert sum(read) == 2 * CELLS**2
    read.clear()
    assert plots.applicable(lazy)
    assert not read


def test_of_a_box_only_the_planes_drawn_are_read(box):
    lazy, read = lazily(box)
    plots.field_slices(lazy, variables=["oxygen"], times=[0, 10, 20], outline=[])
    assert sum(read) == 3 * 20**2


def test_profile_of_a_box_reads_one_field_at_one_time(box):
    lazy, read = lazily(box)
    plots.radial_profile(lazy, variables=["oxygen"], times=[0, 20])
    assert max(read) == 20**3


def test_a_file_is_drawn_without_loading_it(plane, tmp_path):
    plane.to_netcdf(tmp_path / "fields.nc", engine="h5netcdf")
    with xr.open_dataset(tmp_path / "fields.nc", engine="h5netcdf") as opened:
        axes = plots.field_slices(opened, times=[10, 30])
        assert axes.shape == (5, 2)
        assert not opened["oxygen"].variable._in_memory


@pytest.mark.parametrize("kind", ["field_slices", "radial_profile"])
def test_figure_leaves_dataset_and_settings_alone(plane, kind):
    before, settings = plane.copy(deep=True), dict(mpl.rcParams)
    np.ravel(plots.find(kind)(plane))[0].figure.canvas.draw()
    assert dict(mpl.rcParams) == settings
    xr.testing.assert_identical(plane, before)


def test_unknown_field_names_the_nearest(plane, shells):
    for kind, ds in zip(KINDS, (plane, shells, plane), strict=True):
        with pytest.raises(UnknownNameError, match="did you mean 'oxygen'"):
            plots.find(kind)(ds, variables=["oxigen"])


def test_other_datasets_are_refused_in_one_line(trial, plane, shells):
    for kind in KINDS:
        with pytest.raises(InputError, match=r"needs variables over time and space \("):
            plots.find(kind)(trial)
    with pytest.raises(InputError, match=r"dimensions here: tme, y, x.*did you mean 'tme'"):
        plots.field_slices(plane[["oxygen"]].rename(time="tme"))
    with pytest.raises(InputError, match="coordinate 'x'"):
        plots.field_slices(plane.drop_vars("x"))
    with pytest.raises(InputError, match="equal edge"):
        plots.field_slices(plane.assign_coords(x=plane["x"] ** 3))
    with pytest.raises(InputError, match="outside the run"):
        plots.field_slices(plane, times=[99])


def test_more_panels_than_can_be_read_are_refused(plane):
    dense = plane.interp(time=np.linspace(0, DAYS, 41))
    with pytest.raises(InputError, match="3 fields in 41 columns are more than 120 panels"):
        plots.field_slices(dense, variables=["oxygen", "vegf", "necrosis"], times=dense["time"].values)


def test_kymograph_has_time_along_and_distance_upward(shells):
    panels = plots.field_kymograph(shells, variables=["viable_cells", "interstitial_pressure"])
    assert panels[0].get_xlim() == (0, DAYS)
    assert panels[0].get_ylim() == pytest.approx((0, CELLS * SPACING))
    assert panels[1].get_xlabel() == "Time [day]"
    assert panels[0].get_ylabel().replace("\n", " ") == "Distance from the center [mm]"
    labels = [ax.get_ylabel().replace("\n", " ") for ax in panels[0].figure.axes]
    assert "Interstitial pressure [kPa]" in labels
    ticks = [line for line in panels[0].lines if line.get_marker() == "|"]
    assert ticks[0].get_xdata().tolist() == [15, 22, 29, 36]


def test_kymograph_of_a_line_begins_at_its_edge():
    line = make_fields(("x",), CELLS, 10.0, 3)
    panel = plots.field_kymograph(line, variables=["oxygen"])
    assert panel.get_ylim() == pytest.approx((-4, 4))
    assert "radial_profile" not in plots.applicable(line)


def test_profile_of_shells_is_what_is_stored(shells):
    table = plots.radial_profile_table(shells, times=[0, 40])
    np.testing.assert_array_equal(table["oxygen"], shells["oxygen"].sel(time=[0, 40]))
    assert "oxygen_low" not in table


def test_profile_bins_by_distance_from_the_centroid(box):
    """A field that is the distance itself: the mean lies in its bin, and so do 5 and 95 % of the cells."""
    x, y, z = (box[axis] for axis in "xyz")
    tumor = ((x - 0.625) ** 2 + (y - 0.125) ** 2 + (z + 0.375) ** 2 < 0.8**2).astype(float)
    distance = np.sqrt((x - 0.625) ** 2 + (y - 0.125) ** 2 + (z + 0.375) ** 2)
    ones = xr.ones_like(box["oxygen"])
    ds = box.assign(viable_cells=tumor * ones, necrosis=0 * ones, away=distance * ones)
    table = plots.radial_profile_table(ds, variables=["away"], times=[0])
    edges = table["distance"].values
    for name in ("away", "away_low", "away_high"):
        values = table[name].values[0]
        there = np.isfinite(values)
        assert np.abs(values - edges)[there].max() <= SPACING / 2 + 1e-9


def test_profile_has_a_panel_per_field_and_a_line_per_time(plane):
    panels = plots.radial_profile(plane, variables=["oxygen", "interstitial_pressure"], times=[0, 20, 40])
    assert [len(panel.lines) for panel in panels] == [3, 3]
    assert [panel.get_ylabel().replace("\n", " ") for panel in panels] == [
        "Oxygen relative to blood [1]",
        "Interstitial pressure [kPa]",
    ]
    assert panels[1].get_xlabel() == "Distance from the center of the tumor [mm]"
    legend = panels[0].figure.legends[0]
    assert [text.get_text() for text in legend.get_texts()] == ["day 0", "day 20", "day 40"]


def test_profile_sees_the_hypoxic_center_and_the_rim(plane):
    table = plots.radial_profile_table(plane, variables=["oxygen", "viable_cells"], times=[40])
    oxygen, cells = table["oxygen"].values[0], table["viable_cells"].values[0]
    assert oxygen[0] < 0.5 < oxygen[15]
    assert cells.argmax() > 3


def test_given_axes_are_used_and_counted(plane):
    _, axes = plt.subplots(1, 2)
    assert plots.field_slices(plane, variables=["oxygen"], times=[0, 40], ax=axes)[0, 1] is axes[1]
    with pytest.raises(InputError, match="2 panels, ax holds 1"):
        plots.field_slices(plane, variables=["oxygen"], times=[0, 40], ax=axes[0])


def test_no_text_is_cut_off(plane, tmp_path):
    """Every text of the figure lies within the picture that `save` writes, and panel titles do not overlap."""
    figure = plots.field_slices(plane)[0, 0].figure
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    titles = [ax.title.get_window_extent(renderer) for ax in figure.axes if ax.get_title(loc="left")]
    assert not any(one.overlaps(other) for place, one in enumerate(titles) for other in titles[:place])
    assert figure.get_tightbbox(renderer).width < figure.get_figwidth() + 0.1


def test_profiles_are_drawn_into_a_subfigure(shells):
    part = plt.figure().subfigures(1, 2)[0]
    axes = plots.radial_profile(shells, ax=part.subplots(), variables=["oxygen"])
    assert axes.figure is part and axes.get_legend() is not None
