"""New lesions from metastases: the number seen against founding one by one, agreement with the hazard, restarts."""

from __future__ import annotations

import numpy as np
import pytest

import ossim
from ossim.errors import InputError
from ossim.trial.new_lesions import Metastases, start_line, visible
from ossim.trial.new_lesions import _day as day_of_number

SORAFENIB, NONE = "sorafenib 400 mg b.i.d.", "none"
N_FOUNDED = 400_000


def trial(form, arms, size=300, until="48 weeks", extra=""):
    listed = "\n".join(f"  {name}: {{{body}}}" for name, body in arms.items())
    text = f"seed: 7\ncohort: {{population: relapsed, size: {size}}}\narms:\n{listed}\n"
    text += f"visits: {{every: 8 weeks, until: {until}}}\noutput: {{trajectories: 0, every: 1 week}}\n{extra}\n"
    return ossim.run(ossim.loads(text + (f"new_lesions: {form}\n" if form else "")))


@pytest.fixture(scope="module")
def arms():
    return {"tki": f"regimen: {SORAFENIB}", "untreated": f"regimen: {NONE}"}


@pytest.fixture(scope="module")
def both(arms):
    return {form: trial(form, arms) for form in ("hazard", "metastases")}


def same_bits(ds, other):
    return [name for name in ds.data_vars if ds[name].values.tobytes() != other[name].values.tobytes()]


def known(delay, clock, founded, days=(0.0, 100.0, 200.0, 300.0)):
    """One patient with a growth of 0.02/day, hazard 0.003/day at enrolment and an exponent of 2/3."""
    growth, power = np.array([0.02]), np.array([2.0 / 3.0])
    return Metastases(
        growth=growth, power=power, delay=np.array([delay]), hazard=np.array([0.003]),
        gain=np.exp(power * growth * delay), days=np.array([days]), clock=np.array([clock]),
        founded=np.array([founded]), viable=np.ones(1), before=np.zeros(1), threshold=np.ones(1),
    )  # fmt: skip


def seen_one_by_one(case, until):
    """Founded on a fine grid of days, grown each on its own, counted when as large as the visible."""
    days, clock, founded = case.days[0], case.clock[0], case.founded[0]
    born = np.linspace(-case.delay[0], until, N_FOUNDED + 1)
    middle = 0.5 * (born[1:] + born[:-1])
    rate = case.power[0] * case.growth[0]
    history = case.hazard[0] * case.gain[0] * np.exp(rate * middle)
    after = np.diff(founded) / np.diff(days)
    place = np.clip(np.searchsorted(days, middle, side="right") - 1, 0, after.size - 1)
    number = np.where(middle < 0.0, history, after[place]) * np.diff(born)
    at_birth = np.where(middle < 0.0, middle, np.interp(middle, days, clock))
    return number[np.interp(until, days, clock) - at_birth >= case.delay[0]].sum()


CASES = {
    "founded_before": known(500.0, (0.0, 90.0, 90.0, 150.0), (0.0, 50.0, 90.0, 120.0)),
    "founded_before_and_after": known(120.0, (0.0, 90.0, 150.0, 240.0), (0.0, 2.0, 3.5, 7.0)),
    "growth_stood_still": known(60.0, (0.0, 90.0, 90.0, 160.0), (0.0, 1.0, 2.0, 3.0)),
}


@pytest.mark.parametrize("name", CASES)
def test_number_seen_is_that_of_founding_one_by_one(name):
    case = CASES[name]
    assert visible(case)[0] == pytest.approx(seen_one_by_one(case, 300.0), rel=1e-4)  # of a cell of the grid


@pytest.mark.parametrize("name", CASES)
def test_day_of_a_number_is_when_it_is_seen(name):
    case = CASES[name]
    number = 0.5 * (seen_one_by_one(case, 201.0) + visible(case)[0])
    day = day_of_number(case, 0, number)
    assert 200.0 < day < 300.0
    # within a jump, where those founded while growth stood still are seen together, the day is that of the jump
    assert seen_one_by_one(case, day - 0.01) <= number * (1.0 + 1e-4)
    assert seen_one_by_one(case, day + 0.01) >= number * (1.0 - 1e-4)


def test_a_line_counts_from_its_start():
    case = known(500.0, (0.0, 90.0, 90.0, 150.0), (0.0, 50.0, 90.0, 120.0))
    start_line(case, np.array([0]))
    assert case.before[0] == visible(case)[0] > 0.0


def test_hazard_is_what_happens_by_default(arms, both):
    numbers = [name for name in both["hazard"].data_vars if both["hazard"][name].dtype.kind in "fib"]
    assert same_bits(trial("", arms)[numbers], both["hazard"][numbers]) == []


def test_only_new_lesions_and_what_follows_from_them_differ(both):
    hazard, grown = both["hazard"], both["metastases"]
    np.testing.assert_array_equal(hazard["tumor_diameter"].isel(visit=0), grown["tumor_diameter"].isel(visit=0))
    np.testing.assert_array_equal(hazard["death_time"].sel(arm="untreated"), grown["death_time"].sel(arm="untreated"))
    assert (hazard["new_lesion"] != grown["new_lesion"]).any()


def test_untreated_patients_start_with_the_hazard(both):
    """By the first scan lesions have slowed to 0.8 of their growth at enrolment, and with them what is seen."""
    found = {form: ds["new_lesion"].sel(arm="untreated").isel(visit=1).values == 1 for form, ds in both.items()}
    assert found["hazard"].mean() > 0.05
    assert not (found["metastases"] & ~found["hazard"]).any()
    assert found["metastases"].mean() > 0.6 * found["hazard"].mean()


def test_no_new_lesion_while_lesions_shrink(both):
    tki = both["metastases"].sel(arm="tki")
    shrinks = (tki["viable_volume"].isel(visit=1) < tki["viable_volume"].isel(visit=0)).values
    assert shrinks.sum() > 20
    assert (tki["new_lesion"].isel(visit=1).values[shrinks] == 0).all()
    hazard = both["hazard"].sel(arm="tki")
    assert (hazard["new_lesion"].isel(visit=1).values[shrinks] == 1).any()


def test_drug_that_stops_growth_delays_new_lesions(both):
    grown = both["metastases"]["new_lesion"].isel(visit=1).mean("patient")
    assert float(grown.sel(arm="tki")) < float(grown.sel(arm="untreated"))


def test_true_progression_lies_between_visits(both):
    ds = both["metastases"]
    late = ds["true_progression_time"] - ds["progression_time"]
    assert float(late.max()) <= 0.0
    assert float(ds["true_progression_time"].min()) > 0.0


def test_each_line_needs_the_threshold_again():
    ds = trial("metastases", {"two": f"strategy: sequence, lines: [{NONE}, {NONE}]"}, until="96 weeks")
    first, second = (ds["line_end"].values[0, :, line] - ds["line_start"].values[0, :, line] for line in (0, 1))
    again = ds["new_lesion"].values[0, :, :].astype(int)
    both_lines = np.isfinite(first) & np.isfinite(second)
    assert both_lines.sum() > 50
    # after a switch the new lesion of the line before is forgotten
    switched = [
        visits[np.flatnonzero(np.diff(lines) == 1) + 1]
        for visits, lines in zip(again, ds["line_at_visit"].values[0], strict=True)
    ]
    assert np.concatenate(switched).mean() < 1.0


def test_arms_do_not_touch_each_other(arms, both):
    alone = trial("metastases", {"untreated": arms["untreated"]})
    names = ["new_lesion", "progression_time", "true_progression_time", "response"]
    assert same_bits(alone[names].isel(arm=0), both["metastases"][names].sel(arm="untreated")) == []


def test_tolerance_does_not_change_the_dates(arms):
    sized = {
        size: trial("metastases", arms, size=60, until="16 weeks", extra=f"solver: {{rtol: {size}}}")
        for size in ("1.0e-6", "1.0e-7")
    }
    dates = [ds["true_progression_time"].values for ds in sized.values()]
    np.testing.assert_allclose(*dates, rtol=1e-3)


def test_form_is_kept_in_the_resolved_config_and_misspelling_is_one_line():
    text = (
        "cohort: {population: relapsed, size: 5}\narms: {a: {regimen: none}}\nvisits: {every: 8 weeks, until: 1 year}\n"
    )
    scenario = ossim.loads(text + "new_lesions: metastases\n")
    assert scenario.resolved()["new_lesions"] == "metastases"
    assert scenario.sha256 != ossim.loads(text).sha256
    assert ossim.loads(text).with_overrides({"new_lesions": "metastases"}) == scenario
    with pytest.raises(InputError, match="new_lesions") as caught:
        ossim.loads(text + "new_lesions: metastasis\n")
    assert len(str(caught.value).splitlines()) == 1
