"""What a line of treatment means to the engine: schedules of on/off drugs, body size, averaged doses."""

from __future__ import annotations

import numpy as np
import pytest

import ossim
from ossim.errors import InputError


def trial(regimens: str, extra: str = "", until: str = "24 weeks"):
    return ossim.run(
        ossim.loads(
            f"seed: 5\ncohort: {{population: relapsed, size: 60}}\narms:\n{regimens}\n"
            f"visits: {{every: 8 weeks, until: {until}}}\noutput: {{trajectories: 10, every: 1 week}}\n{extra}"
        )
    )


def volume(ds, arm):
    return ds["tumor_volume"].sel(arm=arm).isel(visit=1).values


def test_on_off_drug_acts_while_it_is_prescribed():
    ds = trial(
        """
  none: {regimen: none}
  always: {regimen: dasatinib 70 mg b.i.d.}
  four_weeks: {regimen: dasatinib 70 mg b.i.d. for 4 weeks}
  half: {regimen: "dasatinib 70 mg b.i.d., 1 week on / 1 week off"}
  later: {regimen: dasatinib 70 mg b.i.d. from day 1000}"""
    )
    alive = np.isfinite(ds["tumor_volume"].isel(visit=1).values).all(axis=0)
    none, always, four, half, later = (volume(ds, str(arm))[alive] for arm in ds["arm"].values)
    assert np.array_equal(none, later)
    assert (always < four).all() and (four < none).all()
    assert (always < half).all() and (half < none).all()
    # 4 of the 8 weeks either way
    assert np.median(np.log(none / half) / np.log(none / four)) == pytest.approx(1.0, abs=0.15)


def test_a_weekly_on_off_drug_is_on_all_the_time():
    ds = trial(
        "  weekly: {regimen: cixutumumab 6 mg/kg over 1 h every week}\n"
        "  daily: {regimen: cixutumumab 6 mg/kg over 1 h q.d.}"
    )
    assert np.array_equal(volume(ds, "weekly"), volume(ds, "daily"), equal_nan=True)


def test_each_line_has_its_own_basis_of_dose():
    first = "doxorubicin 100 mg over 1 h every 3 weeks"
    second = "doxorubicin 75 mg/m^2 over 1 h every 3 weeks"
    ds = trial(f"  alone: {{regimen: {first}}}\n  both: {{strategy: sequence, lines: [{first}, {second}]}}")
    peaks = ds["trajectory_concentration"].sel(time=slice(0, 7)).max("time").squeeze("drug")
    assert np.array_equal(peaks.sel(arm="alone"), peaks.sel(arm="both"))


def test_daily_mean_takes_oral_text_and_leaves_rare_pulses_alone():
    ds = trial(
        "  oral: {regimen: sorafenib 400 mg oral b.i.d.}\n  text: {regimen: sorafenib 400 mg b.i.d.}",
        "pharmacokinetics: daily_mean",
    )
    assert np.array_equal(volume(ds, "oral"), volume(ds, "text"), equal_nan=True)
    pulse = trial("  pulse: {regimen: doxorubicin 75 mg/m^2 over 1 h every 3 weeks}", "pharmacokinetics: daily_mean")
    concentration = pulse["trajectory_concentration"].isel(arm=0, drug=0, tracked=0).values
    assert np.nanmax(concentration) > 10 * np.nanmedian(concentration)


def test_daily_mean_is_as_accurate_as_full_pharmacokinetics_where_single_doses_stay():
    regimen = '  a: {regimen: "sorafenib 400 mg on days 1, 3 of every week"}'
    loose, fine = (
        trial(regimen, f"pharmacokinetics: daily_mean\nsolver: {{rtol: {rtol}}}") for rtol in ("1.0e-6", "1.0e-10")
    )
    ratio = volume(loose, "a") / volume(fine, "a")
    assert np.nanmax(np.abs(ratio - 1.0)) < 1e-5


def test_text_doses_must_be_in_the_unit_of_their_compartment():
    with pytest.raises(InputError, match="takes mg/kg"):
        ossim.simulate("hahnfeldt1999", [0, 1], doses=[dict(time=0, amt="20 mg", cmt="endostatin")])
    same = [
        ossim.simulate("hahnfeldt1999", [0, 1], doses=[dict(time=0, amt=amount, cmt="endostatin")])["endostatin"].values
        for amount in (20, "20 mg/kg")
    ]
    assert np.array_equal(*same)


def test_run_takes_a_published_model_too():
    config = ossim.load("configs/published/hahnfeldt1999.yaml")
    assert ossim.run(config).attrs["model"] == "hahnfeldt1999"


def test_sources_of_a_sweep_are_those_of_all_its_points():
    scenario = ossim.loads(
        "seed: 1\ncohort: {population: relapsed, size: 2, parameters: {doubling_time: 30 days}}\n"
        "arms: {a: {regimen: sorafenib 400 mg b.i.d.}}\nvisits: {every: 8 weeks, until: 16 weeks}\n"
        "sweep: {axes: {arms.a.regimen: [sorafenib 400 mg b.i.d., regorafenib 160 mg q.d.]},"
        " outcomes: [objective_response_rate]}\n"
    )
    sources = ossim.run_sweep(scenario).attrs["parameter_sources"]
    assert "regorafenib clearance" in sources and "sorafenib molecular_weight" in sources
    assert "doubling_time: config (assumed)" in sources
