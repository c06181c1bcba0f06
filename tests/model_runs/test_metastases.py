"""Models of metastases by size: reference values, therapy, surgery, calibration, output, bad input."""

from pathlib import Path

import numpy as np
import pytest

import ossim
from ossim.cli import app as cli
from ossim.errors import InputError
from ossim.model.page import page

CONFIGS = Path(__file__).parents[2] / "configs" / "published"
NAMES = ("iwata2000", "iwata_treated")
DIAGNOSIS, SURGERY, FIVE_YEARS = 1015.0, 1085.0, 1826.25
RTOL = 1e-8


def _chemotherapy(*spans):
    return [dict(time=start, amt=end - start, dur=end - start, cmt="chemotherapy") for start, end in spans]


AROUND_SURGERY = _chemotherapy((DIAGNOSIS, SURGERY), (1100.0, 1230.0))


def _relapse(doses, surgery=SURGERY, **parameters):
    given = {"surgery_day": surgery, **parameters}
    ds = ossim.simulate("iwata_treated", [surgery + FIVE_YEARS], doses=doses, parameters=given)
    return float(ds["relapse_probability"][-1])


def test_numbers_of_iwata():
    ds = ossim.simulate("iwata2000", [600.0, 1000.0])
    np.testing.assert_allclose(ds["metastasis_count"], [3.950797, 76.42121], rtol=1e-6)
    assert float(ds["primary_volume"][1]) * 1e6 == pytest.approx(1.742584e10, rel=1e-6)
    assert float(ds["malthus_rate"]) == pytest.approx(0.00580566492, rel=1e-8)
    assert int(ds["status"]) == 0


def test_error_estimate_bounds_the_error():
    loose, tight = (ossim.simulate("iwata2000", [600.0, 1000.0], rtol=rtol) for rtol in (1e-5, 1e-11))
    error = abs(loose["metastasis_count"] / tight["metastasis_count"] - 1.0).max()
    assert tight.attrs["temporal_error"] <= 1e-11
    assert error < 2.0 * loose.attrs["temporal_error"] <= 2e-5


def test_numbers_by_size_add_up():
    ds = ossim.simulate("iwata_treated", np.linspace(0.0, 3000.0, 31), doses=AROUND_SURGERY)
    np.testing.assert_allclose(ds["metastases_by_size"].sum("size"), ds["metastasis_count"], rtol=1e-12)
    assert (ds["metastases_by_size"] >= 0.0).all()


def test_treated_model_without_treatment_is_iwatas():
    facts = {
        name: ossim.catalog.model_parameters("iwata2000")[name].value
        for name in ossim.model.model("iwata2000").parameters
    }
    times = [600.0, 1000.0]
    treated = ossim.simulate("iwata_treated", times, parameters={**facts, "surgery_day": 1e4}, rtol=RTOL)
    untreated = ossim.simulate("iwata2000", times, rtol=RTOL)
    for name in ("metastasis_count", "visible_count", "metastatic_burden", "primary_volume"):
        np.testing.assert_allclose(treated[name], untreated[name], rtol=1e-6)


def test_surgery_ends_seeding_by_the_primary_only():
    times = [SURGERY, SURGERY + 30.0, 6000.0]
    gone = ossim.simulate("iwata_treated", times)
    stays = ossim.simulate("iwata_treated", times, parameters={"surgery_day": 1e5})
    assert float(gone["primary_volume"][1]) == 0.0
    assert float(gone["metastasis_count"][1]) < float(stays["metastasis_count"][1])
    assert float(gone["metastasis_count"][2]) > 10.0 * float(gone["metastasis_count"][1])


def test_what_surgery_leaves_grows_again():
    parameters = {"residual_fraction": 1e-3}
    ds = ossim.simulate("iwata_treated", [SURGERY, SURGERY + 1.0, SURGERY + 1000.0], parameters=parameters)
    before, after, late = ds["primary_volume"].values
    grown = 0.0028 * after * np.log(1e6 / after)  # [mm^3/day] at 1e12 cells the most
    assert after == pytest.approx(1e-3 * before + grown, rel=1e-3)
    assert late > 100.0 * after


def test_drug_that_slows_growth_delays_the_visible():
    slow = {"chemotherapy_eradication_rate": 0.0, "chemotherapy_seeding_effect": 0.0, "chemotherapy_growth_effect": 1.0}
    times = np.linspace(SURGERY, SURGERY + 800.0, 801)
    doses = _chemotherapy((1100.0, 1200.0))
    treated = ossim.simulate("iwata_treated", times, doses=doses, parameters=slow)
    untreated = ossim.simulate("iwata_treated", times)
    late = treated["relapse_count"].sel(time=SURGERY + 400.0)
    # growth stands still for 100 days: what the primary founded becomes visible 100 days later
    assert float(late) == pytest.approx(float(untreated["relapse_count"].sel(time=SURGERY + 300.0)), rel=1e-6)


def test_eradication_thins_out_until_visible():
    """At the rate k the share exp(-k tau) of what the primary founds lives to be seen, tau days of growth later."""
    rate = 0.002
    only = {
        "chemotherapy_eradication_rate": rate, "chemotherapy_seeding_effect": 0.0, "chemotherapy_growth_effect": 0.0,
        "chemotherapy_primary_effect": 0.0,
    }  # fmt: skip
    treated = ossim.simulate("iwata_treated", [1300.0, 2500.0], doses=_chemotherapy((0.0, 3000.0)), parameters=only)
    untreated = ossim.simulate("iwata_treated", [1300.0, 2500.0])
    largest, visible = np.log(1e12), np.log(np.pi / 6.0 * 5.0**3 * 1e6)
    tau = np.log(largest / (largest - visible)) / 0.0028
    expected = np.exp(-rate * tau) * untreated["relapse_count"]
    np.testing.assert_allclose(treated["relapse_count"], expected, rtol=1e-5)


def test_relapses_never_fall():
    ds = ossim.simulate("iwata_treated", np.linspace(0.0, 3000.0, 601), doses=AROUND_SURGERY)
    assert (np.diff(ds["relapse_probability"]) >= -1e-12).all()
    assert (np.diff(ds["visible_count"]) < 0.0).any()


def test_relapse_rate_is_the_reported_one():
    """25 to 35 % of patients with localized disease within five years of surgery; 80 % after surgery alone."""
    assert 0.25 <= _relapse(AROUND_SURGERY) <= 0.35
    assert _relapse([], surgery=DIAGNOSIS) == pytest.approx(0.80, abs=0.01)


def test_runs_are_those_of_single_values():
    rates = [1e-10, 5e-10]
    many = ossim.simulate("iwata_treated", [2000.0], doses=AROUND_SURGERY, parameters={"seeding_rate": rates})
    assert many["relapse_count"].dims == ("run", "time")
    np.testing.assert_array_equal(many["seeding_rate"], rates)
    one = ossim.simulate("iwata_treated", [2000.0], doses=AROUND_SURGERY, parameters={"seeding_rate": rates[1]})
    assert float(many["relapse_count"][1, 0]) == float(one["relapse_count"][0])


def test_first_visible_day_is_when_one_is_expected():
    ds = ossim.simulate("iwata2000", [1000.0])
    day = float(ds["time_to_first_visible"])
    again = ossim.simulate("iwata2000", [day])
    assert float(again["visible_count"][0]) == pytest.approx(1.0, rel=1e-5)
    assert np.isnan(ossim.simulate("iwata2000", [500.0])["time_to_first_visible"])


def test_precision_that_is_not_reached_is_said():
    ds = ossim.simulate("iwata2000", [1000.0], rtol=1e-16)
    assert int(ds["status"]) == ossim.dataset.Status.not_converged


def test_run_that_overflows_is_flagged_and_the_others_stand():
    rates = {"seeding_rate": [2.7e-10, 1.0], "largest_size": [1e12, 1e15]}
    ds = ossim.simulate("iwata_treated", [0.0, 1000.0, 3000.0], parameters=rates)
    assert ds["status"].values.tolist() == [ossim.dataset.Status.ok, ossim.dataset.Status.non_finite]
    assert np.isfinite(ds["metastasis_count"][0]).all()


def test_day_zero_alone_holds_nothing():
    ds = ossim.simulate("iwata_treated", [0.0])
    assert int(ds["status"]) == 0
    assert float(ds["metastatic_burden"][0]) == float(ds["metastasis_count"][0]) == 0.0


@pytest.mark.parametrize("name", NAMES)
def test_config_runs_and_page_holds_equations_and_numbers(name):
    config = ossim.load(CONFIGS / f"{name}.yaml")
    ds = ossim.run(config)
    assert int(ds["status"]) == 0
    assert ds.attrs["temporal_error"] <= RTOL
    text = page(name)
    assert "d rho(x, t)/dt = " in text
    for parameter in ossim.model.model(name).parameters:
        assert f"\n{parameter} " in text


def test_cannot_be_exported(capsys, tmp_path):
    code = cli.main(["export", str(CONFIGS / "iwata2000.yaml"), "--out", str(tmp_path / "model.xml")])
    lines = capsys.readouterr().err.strip().splitlines()
    assert code == 2 and len(lines) == 1
    assert "iwata2000 is no system of ordinary differential equations" in lines[0]


@pytest.mark.parametrize(
    "given, message",
    [
        ({"doses": [dict(time=0, amt=1, cmt="chemotherapy")]}, "needs 'dur'"),
        ({"doses": [dict(time=0, amt=30, dur=10, cmt="chemotherapy")]}, "may be 2 at most .* is 3"),
        ({"doses": [dict(time=0, amt=1, dur=1, cmt="chemo")]}, "chemotherapy"),
        ({"parameters": {"growth": 1.0}}, "has no parameter 'growth'; did you mean 'growth_rate'"),
        ({"parameters": {"growth_rate": -1.0}}, "must lie between"),
        ({"parameters": {"growth_rate": 0.1}, "times": [1e5]}, "growth rate times days of growth"),
        ({"initial": {"primary": 1.0}}, "has no state 'primary'"),
        ({"space": {}}, "is not one in space"),
        ({"times": [2.0, 1.0]}, "increase"),
        ({"rtol": 0.0}, "rtol"),
    ],
)
def test_bad_input_is_one_line(given, message):
    with pytest.raises(InputError, match=message) as caught:
        ossim.simulate(**{"name": "iwata_treated", "times": [100.0], **given})
    assert len(str(caught.value).splitlines()) == 1
