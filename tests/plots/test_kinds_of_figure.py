"""Every kind of figure draws without side effects, and its table holds the numbers drawn."""

import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pytest
import xarray as xr
from matplotlib import pyplot as plt
from matplotlib.collections import PolyCollection

from ossim import endpoints, plots
from ossim.dataset import DAYS_PER_MONTH
from ossim.errors import InputError, UnknownNameError
from ossim.plots.arms import arm_colors

mpl.use("Agg")
TRIAL_KINDS = ("biomarkers", "concentrations", "kaplan_meier", "patient", "spider", "swimmer", "waterfall")
SURVIVAL_VARIANTS = ("kaplan_meier:overall_survival", "kaplan_meier:time_to_failure")


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="session")
def compared(trial):
    rate = {"arm": "sorafenib", "endpoint": "progression_free", "k": 16, "n": 35, "time": 121.75}
    median = {
        "arm": "sorafenib",
        "endpoint": "median_overall_survival",
        "value": 213.0,
        "ci_low": 1.0,
        "ci_high": 2e3,
    }
    return endpoints.compare(trial, [rate, median])


@pytest.fixture
def sweep():
    x, y = (values.ravel() for values in np.meshgrid([0.0, 1.0, 2.0], [10.0, 20.0]))
    return xr.Dataset(
        {"gain": (("run", "arm"), np.stack([x - y / 20, x], axis=1), {"units": "month"})},
        coords={"run": np.arange(6), "dose": ("run", x), "interval": ("run", y), "arm": ["a", "b"]},
    )


def texts(ax):
    return [text.get_text() for text in ax.texts]


def legend_texts(ax):
    """Texts of the legend of a figure, which stands above its panels."""
    return [text.get_text() for text in ax.figure.legends[0].get_texts()]


def test_trial_figures_are_applicable_to_a_trial(trial):
    assert sorted(plots.applicable(trial)) == sorted(TRIAL_KINDS + SURVIVAL_VARIANTS)


def test_a_single_patient_has_a_figure_of_its_own_and_none_of_a_cohort(trial):
    alone = trial.isel(patient=[0], tracked=[0])
    assert plots.applicable(alone) == ["patient"]


def test_time_to_failure_is_that_of_several_lines(trial):
    single = trial.sel(arm=["untreated", "sorafenib"]).isel(line=[0])
    assert plots.applicable(single, "kaplan_meier") == ["kaplan_meier", "kaplan_meier:overall_survival"]


def test_other_figures_are_applicable_to_their_dataset(compared, sweep):
    assert plots.applicable(compared) == ["published", "published:median"]
    assert plots.applicable(sweep) == ["heatmap"]


@pytest.mark.parametrize("kind", TRIAL_KINDS)
@pytest.mark.parametrize("arms", [None, ["sorafenib"]])
def test_a_figure_leaves_dataset_and_settings_alone(trial, kind, arms):
    before, settings = trial.copy(deep=True), dict(mpl.rcParams)
    axes = np.atleast_1d(np.asarray(plots.find(kind)(trial, arms=arms), dtype=object))
    axes[0].figure.canvas.draw()
    assert dict(mpl.rcParams) == settings
    xr.testing.assert_identical(trial, before)


@pytest.mark.parametrize("kind", TRIAL_KINDS)
def test_axes_carry_units(trial, kind):
    axes = np.atleast_1d(np.asarray(plots.find(kind)(trial, arms=["sorafenib"]), dtype=object))
    labels = axes[-1].get_xlabel() + axes[0].get_ylabel()
    assert any(unit in labels for unit in ("[month]", "[day]", "[%]"))


@pytest.mark.parametrize("kind", TRIAL_KINDS)
def test_every_figure_has_a_table(trial, kind):
    table = getattr(plots, f"{kind}_table")(trial)
    assert table.sizes["arm"] == trial.sizes["arm"]


def test_given_axes_are_used(trial):
    _, ax = plt.subplots()
    assert plots.kaplan_meier(trial, ax=ax) is ax


def test_wrong_number_of_axes_is_refused(trial):
    _, ax = plt.subplots()
    with pytest.raises(InputError, match="4 panels"):
        plots.waterfall(trial, ax=ax)


def test_unknown_arm_and_kind_name_the_nearest(trial):
    with pytest.raises(UnknownNameError, match="sorafenib"):
        plots.kaplan_meier(trial, arms=["sorafenb"])
    with pytest.raises(UnknownNameError, match="waterfall"):
        plots.find("waterfal")
    with pytest.raises(UnknownNameError, match="did you mean 'overall_survival'"):
        plots.find("kaplan_meier:overal_survival")


def test_color_of_an_arm_does_not_depend_on_the_arms_drawn(trial):
    drawn = plots.kaplan_meier(trial, arms=["sorafenib"]).lines[0].get_color()
    assert drawn == arm_colors(trial)["sorafenib"]


def test_curve_steps_through_the_table(trial):
    line = plots.kaplan_meier(trial, arms=["sorafenib"]).lines[0]
    table = plots.kaplan_meier_table(trial, arms=["sorafenib"]).isel(arm=0)
    np.testing.assert_array_equal(line.get_xdata(), table["time"].values / DAYS_PER_MONTH)
    np.testing.assert_array_equal(line.get_ydata(), table["survival"].values)


def test_curves_end_where_ten_percent_remain_at_risk(trial):
    table = plots.kaplan_meier_table(trial)
    end = plots.kaplan_meier(trial).get_xlim()[1] * DAYS_PER_MONTH
    still = table["time"].where((table["at_risk"] >= 0.1 * 60).any("arm")).max().item()
    assert still <= end <= 1.03 * still


def test_numbers_under_the_curve_add_up(trial):
    table = plots.kaplan_meier_table(trial)
    total = (table["at_risk"] + table["censored"] + table["events"]).values
    assert np.all(total == 60)


def test_line_that_nobody_began_is_refused(trial):
    with pytest.raises(InputError, match="no patient"):
        plots.kaplan_meier(trial, arms=["untreated"], line=2)


def test_a_variant_draws_its_endpoint(trial):
    drawn = plots.find("kaplan_meier:overall_survival")(trial, arms=["sorafenib"]).lines[0]
    table = plots.kaplan_meier_table(trial, arms=["sorafenib"], endpoint="overall_survival").isel(arm=0)
    np.testing.assert_array_equal(drawn.get_ydata(), table["survival"].values)


def test_arms_that_coincide_share_a_curve_and_a_panel(trial):
    twins = xr.concat(
        [trial.sel(arm=["sorafenib"]), trial.sel(arm=["sorafenib"]).assign_coords(arm=["again"])],
        dim="arm",
        data_vars="minimal",
        coords="minimal",
        compat="override",
        join="override",
    )
    assert [text.split(":")[0] for text in legend_texts(plots.kaplan_meier(twins))] == ["sorafenib = again"]
    assert plots.waterfall(twins).get_title(loc="left") == "sorafenib = again"


def test_patients_followed_to_the_end_are_at_risk_there(trial):
    ax = plots.kaplan_meier(trial, arms=["sorafenib"], endpoint="overall_survival", until=24 * DAYS_PER_MONTH)
    followed = (trial["follow_up"].sel(arm="sorafenib") == trial["follow_up"].max()).sum().item()
    assert f"{followed}" in texts(ax)


def test_waterfall_is_sorted_and_says_what_it_cuts(trial):
    ax = plots.waterfall(trial, arms=["untreated"], top=50.0)
    (bars,) = (found for found in ax.collections if isinstance(found, PolyCollection))
    heights = [path.vertices[1, 1] for path in bars.get_paths()]
    assert heights == sorted(heights, reverse=True)
    change = plots.waterfall_table(trial)["best_change"].sel(arm="untreated")
    assert f"{(change > 50).sum().item()} bars end above +50 %" in "\n".join(texts(ax))


def test_spider_points_are_visits_only(trial):
    table = plots.spider_table(trial)
    times = np.unique(table["time"].values[~np.isnan(table["time"].values)])
    assert set(times) <= set(np.unique(trial["visit_time"].values))


def test_spider_and_swimmer_draw_a_legible_sample(trial):
    assert "10 of 60 patients" in texts(plots.spider(trial, arms=["sorafenib"], at_most=10))[0]
    assert plots.swimmer_table(trial, at_most=10).sizes["rank"] == 10


def test_swimmer_is_sorted_by_follow_up(trial):
    follow_up = plots.swimmer_table(trial)["follow_up"].values
    assert np.all(np.diff(follow_up, axis=1) <= 0)


def test_swimmer_names_the_treatment_of_a_line_where_it_is_known(trial):
    labels = np.full((trial.sizes["arm"], trial.sizes["line"]), "sorafenib")
    ax = plots.swimmer(trial.assign(line_label=(("arm", "line"), labels)), arms=["sorafenib"])
    assert "sorafenib" in legend_texts(ax)


def test_biomarkers_do_without_trajectories(trial):
    bare = trial.drop_vars([name for name in trial.data_vars if name.startswith("trajectory_")])
    assert len(plots.biomarkers(bare)) == 2


def test_biomarker_median_is_that_of_the_visits(trial):
    table = plots.biomarkers_table(trial).sel(arm="sorafenib", visit=1)
    on = trial["line_at_visit"].sel(arm="sorafenib", visit=1) == 0
    assert table["vegf_median"].item() == trial["vegf"].sel(arm="sorafenib", visit=1).where(on).median().item()


def test_log_panel_shows_no_zero(trial):
    linear, log, *_ = plots.concentrations(trial)
    assert log.get_yscale() == "log"
    assert log.get_ylim()[0] > 0
    assert linear.get_ylim()[0] == 0


def test_concentrations_end_where_the_close_points_end(trial):
    points = [*range(8), *range(14, 57, 7)]
    ax = plots.concentrations(trial.sel(time=[float(point) for point in points]))[0]
    assert ax.get_xlim() == (0.0, 7.0)


def test_concentrations_of_nobody_are_refused(trial):
    with pytest.raises(InputError, match="took a drug"):
        plots.concentrations(trial, arms=["untreated"])


@pytest.mark.parametrize("quantity", ["rate", "median"])
def test_forest_has_a_row_per_outcome(compared, quantity):
    ax = plots.published(compared, quantity=quantity)
    assert len(ax.get_yticklabels()) == plots.published_table(compared, quantity=quantity).sizes["outcome"] == 1


def test_forest_without_outcome_is_refused(compared):
    with pytest.raises(InputError, match="median"):
        plots.published(compared.isel(outcome=[0]), quantity="median")


def test_heat_map_puts_every_run_at_its_place(sweep):
    table = plots.heatmap_table(sweep, arm="a", x="dose", y="interval")
    assert table.dims == ("interval", "dose")
    np.testing.assert_array_equal(table, [[-0.5, 0.5, 1.5], [-1.0, 0.0, 1.0]])


def test_heat_map_scale_is_symmetric_where_signs_differ(sweep):
    mesh = plots.heatmap(sweep, arm="a").collections[0]
    assert mesh.get_clim() == (-1.5, 1.5)


def test_heat_map_asks_which_arm(sweep):
    with pytest.raises(InputError, match="which arm"):
        plots.heatmap(sweep)


def test_heat_map_of_a_difference_is_paired_and_centered(sweep):
    table = plots.heatmap_table(sweep, arm="b", minus="a", x="dose", y="interval")
    np.testing.assert_allclose(table, [[0.5] * 3, [1.0] * 3])
    ax = plots.heatmap(sweep, arm="b", minus="a")
    assert ax.collections[0].get_clim() == (-1.0, 1.0)
    assert ax.get_title(loc="left").startswith("b \N{MINUS SIGN} a")


def test_heat_map_turns_days_into_months(sweep):
    sweep["gain"].attrs["units"] = "day"
    table = plots.heatmap_table(sweep, arm="b")
    assert table.attrs["units"] == "month"
    assert float(table.max()) == pytest.approx(2 / DAYS_PER_MONTH)


def test_heat_map_takes_texts_in_the_order_given(sweep):
    named = sweep.assign_coords(dose=("run", ["low", "high", "mid"] * 2))
    assert plots.heatmap_table(named, arm="b", x="dose")["dose"].values.tolist() == ["low", "high", "mid"]


def test_heat_map_wraps_long_labels(sweep):
    sweep["interval"].attrs["long_name"] = "time between two doses of the drug that is given first and then again"
    assert "\n" in plots.heatmap(sweep, arm="a", x="dose", y="interval").get_ylabel()


def test_heat_map_leaves_missing_runs_out(sweep):
    sweep["gain"][0] = np.nan
    assert plots.heatmap(sweep, arm="b").collections[0].get_array().mask.sum() == 1


def test_listing_kinds_imports_no_matplotlib():
    code = "import sys, ossim.plots, ossim.endpoints; ossim.plots.names(); print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_biomarkers_need_no_tracked_patient(trial):
    untracked = trial.isel(tracked=slice(0))
    assert {"biomarkers"} == {"biomarkers", "concentrations", "patient"} & set(plots.applicable(untracked))
    assert len(plots.biomarkers(untracked)) == 2
    assert "trajectory_vegf_median" not in plots.biomarkers_table(untracked)


def test_last_visit_is_labeled_with_its_own_time(trial):
    ax = plots.kaplan_meier(trial, arms=["sorafenib"], endpoint="overall_survival", until=24 * DAYS_PER_MONTH)
    last = trial["follow_up"].sel(arm="sorafenib").max().item() / DAYS_PER_MONTH
    assert ax.get_xticks()[-1] == pytest.approx(last)
    assert ax.get_xticklabels()[-1].get_text() == f"{last:.1f}"
    assert ax.get_xlim()[1] > 1.01 * last


@pytest.mark.parametrize("kind", TRIAL_KINDS)
def test_every_figure_says_that_its_patients_are_simulated(trial, kind):
    axes = np.atleast_1d(np.asarray(plots.find(kind)(trial), dtype=object))
    assert axes[0].figure.get_supxlabel().startswith("60 simulated (virtual) patients per arm.")


def test_band_says_what_it_is(trial):
    note = plots.kaplan_meier(trial, confidence_level=0.9).figure.get_supxlabel().replace("\n", " ")
    assert "90 %, pointwise, Monte Carlo error of these virtual patients only" in note


def test_figure_on_given_axes_leaves_the_rest_of_the_figure_alone(trial):
    figure, ax = plt.subplots()
    plots.kaplan_meier(trial, ax=ax)
    assert figure.get_supxlabel() == ""


def test_forest_shows_the_count_with_its_own_share(trial):
    outcome = {"arm": "sorafenib", "endpoint": "objective_response", "k": 3, "n": 35, "value": 0.08}
    assert "3/35 = 0.09 (0.02–0.23)" in texts(plots.published(endpoints.compare(trial, [outcome])))


def test_forest_says_where_no_interval_was_reported(trial):
    outcome = {"arm": "sorafenib", "endpoint": "median_overall_survival", "value": 213.0}
    ax = plots.published(endpoints.compare(trial, [outcome]), quantity="median")
    assert "7.0 (not reported)" in texts(ax)


def test_heat_map_of_a_difference_keeps_days_with_two_digits(sweep):
    sweep["gain"].attrs["units"] = "day"
    sweep["gain"] = 12.34 * sweep["gain"]
    ax = plots.heatmap(sweep, arm="b", minus="a", x="dose", y="interval")
    assert plots.heatmap_table(sweep, arm="b", minus="a").attrs["units"] == "day"
    assert set(texts(ax)) == {"6.2", "12"}
    assert "Monte Carlo error is not shown" in ax.figure.get_supxlabel()


def test_sweep_of_one_axis_is_a_curve_per_arm(sweep):
    one = sweep.isel(run=[2, 0, 1]).assign(gain=sweep["gain"].isel(run=[2, 0, 1]).assign_attrs(units="day"))
    assert plots.applicable(one) == ["sweep_line"]
    table = plots.sweep_line_table(one)
    np.testing.assert_allclose(table["gain"].sel(arm="b"), np.array([0.0, 1.0, 2.0]) / DAYS_PER_MONTH)
    ax = plots.sweep_line(one)
    assert [line.get_label() for line in ax.lines] == ["a", "b"]
    np.testing.assert_array_equal(ax.lines[1].get_xdata(), [0.0, 1.0, 2.0])


def test_curve_of_a_sweep_takes_texts(sweep):
    named = sweep.isel(run=[0, 1, 2]).assign_coords(dose=("run", ["low", "mid", "high"]))
    assert [label.get_text() for label in plots.sweep_line(named).get_xticklabels()] == ["low", "mid", "high"]


def test_curve_of_a_sweep_of_two_axes_is_refused(sweep):
    with pytest.raises(InputError, match="one run coordinate"):
        plots.sweep_line(sweep)
