"""Switches through a config to the Dataset: lines, their starts and ends, the size and the doses they rest on."""

from __future__ import annotations

import numpy as np
import pytest

import ossim

SORAFENIB, EVEROLIMUS = "sorafenib 400 mg b.i.d.", "everolimus 10 mg q.d."
#: what a trial records of the course of disease and drug, whatever line of treatment it is booked on
COURSE = ("true_sum_of_diameters", "tumor_diameter", "viable_volume", "resistant_fraction", "vegf", "svegfr2")


def trial(arms: str, *, size: int = 40, every: str = "6 weeks", until: str = "48 weeks", extra: str = ""):
    return ossim.run(
        ossim.loads(
            f"seed: 4\ncohort: {{population: relapsed, size: {size}}}\narms:\n{arms}\n"
            f"visits: {{every: {every}, until: {until}}}\noutput: {{trajectories: 8, every: 1 week}}\n{extra}"
        )
    )


def sequence(switch: str, beyond: bool = False) -> str:
    lines = f'["{SORAFENIB}", "{EVEROLIMUS}", "{SORAFENIB}"]'
    return f"{{strategy: sequence, lines: {lines}, switch: {switch}, beyond_progression: {str(beyond).lower()}}}"


@pytest.fixture(scope="module")
def switched():
    """One cohort under each kind of switch; visits every 42 days until day 336."""
    switches = {
        "progression": "progression",
        "time": "12 weeks",
        "between": "10 weeks",
        "either": "12 weeks or progression",
        "list": "[12 weeks, progression, 6 weeks or progression]",
    }
    return trial("\n".join(f"  {name}: {sequence(switch)}" for name, switch in switches.items()))


def patients(ds, arm):
    """Numbers as a clinic writes them: for each patient death, and of each line start, end and first progression."""
    one = ds.sel(arm=arm)
    death = np.where(np.isnan(one["death_time"].values), np.inf, one["death_time"].values)
    lines = [one[name].values for name in ("line_start", "line_end", "progression_time")]
    return list(zip(death, *lines, strict=True))


@pytest.mark.parametrize("arm", ["time", "between"])
def test_a_time_moves_all_who_live_at_its_visit(switched, arm):
    """12 weeks are the second visit, day 84; 10 weeks are over there for the first time, too."""
    for death, start, end, _ in patients(switched, arm):
        for line in range(3):
            begins = 84.0 * line
            if death <= begins:
                assert np.isnan(start[line])
            else:
                assert start[line] == begins
                assert end[line] == pytest.approx(min(begins + 84.0, death), abs=1e-9)


def test_line_at_visit_is_the_line_assessed_there(switched):
    alive = np.isnan(switched["death_time"].sel(arm="time").values)
    assert alive.sum() > 5
    # at the visit of a switch the line before is assessed; after the third line nobody is seen
    expected = [0, 0, 0, 1, 1, 2, 2, -1, -1]
    assert (switched["line_at_visit"].sel(arm="time").values[alive] == expected).all()


def test_progression_ends_a_line_at_the_visit_that_shows_it(switched):
    ended = 0
    for death, start, end, progression in patients(switched, "progression"):
        for line in range(3):
            if np.isnan(start[line]):
                continue
            if np.isnan(progression[line]):
                assert end[line] == pytest.approx(min(336.0, death), abs=1e-9)
            else:
                ended += 1
                assert end[line] == progression[line]
                assert progression[line] % 42.0 == 0.0
                if line < 2:
                    assert start[line + 1] == progression[line]
    assert ended > 40


def test_either_is_what_comes_first(switched):
    by_time = by_progression = 0
    for death, start, end, progression in patients(switched, "either"):
        for line in range(3):
            if np.isnan(start[line]):
                continue
            planned = start[line] + 84.0
            due = np.fmin(progression[line], planned)
            assert end[line] == pytest.approx(min(due, death, 336.0), abs=1e-9)
            by_progression += progression[line] < planned
            by_time += end[line] == planned and not progression[line] <= planned
    assert by_time > 10 and by_progression > 10


def test_list_gives_each_line_its_own_switch(switched):
    for death, start, end, progression in patients(switched, "list"):
        due = (84.0, progression[1], np.fmin(progression[2], start[2] + 42.0))
        for line in range(3):
            if not np.isnan(start[line]):
                assert end[line] == pytest.approx(np.fmin(due[line], min(death, 336.0)), abs=1e-9)


def test_progression_without_switch_is_noted_and_the_line_goes_on(switched):
    one = switched.sel(arm="time")
    early = one["progression_time"].values[:, 0] == 42.0
    assert early.sum() > 5
    assert (one["line_end"].values[early, 0] > 42.0).all()


def test_line_begins_with_the_size_of_the_visit_that_switched(switched):
    """A response in the second line is judged from day 84, where the first one ended."""
    one = switched.sel(arm="time")
    size, response = one["sum_of_diameters"].values, one["response"].values
    third = one["line_at_visit"].values[:, 3] == 1
    change = size[third, 3] / size[third, 2] - 1.0
    grown = size[third, 3] - size[third, 2] >= 5.0
    new = one["new_lesion"].values[third, 3] == 1
    expected = np.where(((change >= 0.2) & grown) | new, 4, np.where(change <= -0.3, 2, 3))
    assert (response[third, 3] == expected).all()


def test_arms_agree_until_the_first_switch(switched):
    for name in COURSE:
        until = switched[name].isel(visit=slice(0, 2)).values
        assert all(np.array_equal(until[0], other, equal_nan=True) for other in until[1:])


def test_beyond_progression_keeps_the_last_line_to_the_end():
    ds = trial(f"  a: {sequence('progression', beyond=True)}")
    for death, start, end, progression in patients(ds, "a"):
        if not np.isnan(start[2]):
            assert end[2] == pytest.approx(min(336.0, death), abs=1e-9)
            assert not np.isnan(progression[:2]).any()
    assert (ds["progression_time"].values[0, :, 2] < ds["line_end"].values[0, :, 2]).any()


def with_text(first: str, second: str, extra: str = ""):
    """The same treatment as a planned switch, and as one regimen whose drugs have times of their own."""
    return trial(
        f'  switch: {{strategy: sequence, lines: ["{first}", "{second}"], switch: [12 weeks, progression],'
        " beyond_progression: true}\n"
        f'  text: {{regimen: "{first} until 12 weeks; {second} from 12 weeks", beyond_progression: true}}',
        extra=extra,
    )


@pytest.mark.parametrize("second", [EVEROLIMUS, "dasatinib 70 mg b.i.d."])
def test_planned_switch_is_bit_for_bit_the_same_treatment_written_as_text(second):
    """Only bookkeeping differs: line, response and new lesions start anew with a line, and not within a regimen."""
    ds = with_text(SORAFENIB, second)
    for name in (*COURSE, *(name for name in ds.data_vars if str(name).startswith("trajectory_")), "death_time"):
        switch, text = (ds[name].sel(arm=arm).values for arm in ("switch", "text"))
        assert np.array_equal(switch, text, equal_nan=True), name


def test_daily_means_differ_by_rounding_only():
    """A switch sets the rate of an infusion to zero; the end of a regimen subtracts it, which leaves rounding."""
    ds = with_text(SORAFENIB, EVEROLIMUS, "pharmacokinetics: daily_mean\nsolver: {rtol: 1.0e-9}")
    switch, text = (ds["tumor_volume"].sel(arm=arm).values for arm in ("switch", "text"))
    seen = np.isfinite(switch) & np.isfinite(text)
    assert np.abs(switch[seen] / text[seen] - 1.0).max() < 1e-7


def test_another_tki_is_cross_resistant_as_a_line_of_its_own():
    """Resistance to a second TKI is a matter of lines in the model, so that here text and switch are two treatments."""
    ds = with_text(SORAFENIB, "regorafenib 160 mg q.d.")
    switch, text = (ds["tumor_volume"].sel(arm=arm, visit=[2, 3]).values for arm in ("switch", "text"))
    assert np.array_equal(switch[:, 0], text[:, 0], equal_nan=True)
    seen = np.isfinite(switch[:, 1])
    assert (switch[seen, 1] != text[seen, 1]).all()


def test_time_to_failure_is_censored_where_planned_treatment_ended(switched):
    """Nobody is seen off treatment: three lines of 12 weeks without failure are known for 252 days and no longer."""
    events = ossim.endpoints.time_to_failure(switched).sel(arm="time")
    completed = 0
    for number, (death, _, end, progression) in enumerate(patients(switched, "time")):
        failure = np.fmin(progression[2], death)
        known = failure <= 252.0
        assert bool(events["event"].values[number]) == known
        assert events["time"].values[number] == pytest.approx(failure if known else 252.0, abs=1e-9)
        completed += end[2] == 252.0 and not known
    assert completed > 3
