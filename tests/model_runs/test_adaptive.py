"""Adaptive therapy: the rule, its replay as dose rows, its limits, and what is published of it."""

import numpy as np
import pytest

import ossim
from ossim.catalog import model_constants
from ossim.errors import InputError

RTOL, ATOL = 1e-11, 1e-16
#: the visits cut the steps of one and not of the other run: both are off by their tolerance
SAME_COURSE = 1e-8
TIMES = np.linspace(0.0, 1500.0, 751)
#: 0.8 of PSA at rest without drug, of representative patients 2 (the model by itself) and 1
TREATED_PSA = {
    None: model_constants("zhang2017")["treated_psa"].value,
    "representative_patient_1": 0.8 * 27272.7272727273,
}


def _strobl(times=TIMES, **changes):
    given = {"drug": "drug", "observable": "tumor_size", "rtol": RTOL, "atol": ATOL} | changes
    return ossim.adaptive("strobl2021", times, **given)


def _rows(found, drug, level=1.0):
    """The courses of one run as dose rows."""
    courses = zip(found.course_start.values, found.course_end.values, strict=True)
    return [
        {"time": start, "amt": level * (end - start), "dur": end - start, "cmt": drug}
        for start, end in courses
        if np.isfinite(start)
    ]


@pytest.mark.parametrize("turnover", [0.0, 0.3])
def test_replay_as_dose_rows_is_the_same_course(turnover):
    deaths = dict.fromkeys(("sensitive_death_rate", "resistant_death_rate"), 0.027 * turnover)
    found = _strobl(parameters=deaths)
    assert int(found.n_courses) > 2
    again = ossim.simulate("strobl2021", TIMES, doses=_rows(found, "drug"), parameters=deaths, rtol=RTOL, atol=ATOL)
    for name in ("sensitive", "resistant", "tumor_size", "resistant_fraction"):
        np.testing.assert_allclose(found[name], again[name], rtol=SAME_COURSE, err_msg=name)
    np.testing.assert_allclose(found.drug, again.drug, rtol=1e-12)


def test_replay_of_the_prostate_model():
    times = np.arange(0.0, 2500.0, 10.0)
    found = ossim.adaptive(
        "zhang2017", times, "abiraterone", "psa", stop_at=0.4, start_on=False,
        baseline=TREATED_PSA["representative_patient_1"], parameter_set="representative_patient_1",
        rtol=RTOL, atol=ATOL,
    )  # fmt: skip
    assert int(found.n_courses) == 2
    again = ossim.simulate(
        "zhang2017", times, doses=_rows(found, "abiraterone"), parameter_set="representative_patient_1", rtol=RTOL,
        atol=ATOL,
    )  # fmt: skip
    for name in ("dependent_cells", "producing_cells", "independent_cells", "psa"):
        np.testing.assert_allclose(found[name], again[name], rtol=SAME_COURSE, err_msg=name)


def test_runs_are_those_that_stand_alone():
    turnover = np.array([0.0, 0.1, 0.3])
    together = _strobl(parameters={"sensitive_death_rate": 0.027 * turnover, "resistant_death_rate": 0.027 * turnover})
    for run, one in enumerate(turnover):
        alone = _strobl(parameters=dict.fromkeys(("sensitive_death_rate", "resistant_death_rate"), 0.027 * one))
        np.testing.assert_array_equal(together.tumor_size[run], alone.tumor_size)
        assert int(together.n_courses[run]) == int(alone.n_courses)


def test_drug_follows_the_rule():
    """On until half of the start, off until all of it, seen at daily visits."""
    times = np.arange(0.0, 600.0)
    found = _strobl(times)
    on, size = True, found.tumor_size.values / 0.25
    for day in range(1, times.size - 1):
        on = size[day] > 0.5 if on else size[day] >= 1.0
        assert bool(found.drug[day + 1] > 0) == on, day


def test_never_pausing_is_continuous_treatment():
    found = _strobl(stop_at=0.0)
    dose = [{"time": 0, "amt": 1500, "dur": 1500, "cmt": "drug"}]
    expected = ossim.simulate("strobl2021", TIMES, doses=dose, rtol=RTOL, atol=ATOL)
    assert int(found.n_courses) == 1
    np.testing.assert_allclose(found.tumor_size, expected.tumor_size, rtol=SAME_COURSE)


def test_waiting_for_a_size_that_is_not_reached_is_no_treatment():
    found = _strobl(start_on=False, resume_at=5.0)
    untreated = ossim.simulate("strobl2021", TIMES, rtol=RTOL, atol=ATOL)
    assert int(found.n_courses) == 0
    np.testing.assert_allclose(found.tumor_size, untreated.tumor_size, rtol=SAME_COURSE)


def test_level_and_clearance_scale_what_is_given():
    found = ossim.adaptive(
        "ouerdani2015", np.arange(0.0, 101.0), "pazopanib", "sum_of_diameters", 727.0, stop_at=0.9, every=7.0
    )
    dose = [{"time": 0, "amt": 727 * float(found.course_end[0]), "dur": float(found.course_end[0]), "cmt": "pazopanib"}]
    expected = ossim.simulate("ouerdani2015", found.time.values, doses=dose)
    before = found.time <= found.course_end[0]
    assert float(found.course_end[0]) % 7 == 0
    np.testing.assert_allclose(
        found.sum_of_diameters.where(before, drop=True), expected.sum_of_diameters.where(before, drop=True), rtol=1e-6
    )


def test_time_to_progression_of_a_course_known_in_closed_form():
    """Without drug the tumor is logistic: 0.25 grows to 0.3 at ln(9/7) / 0.027."""
    found = ossim.simulate("strobl2021", np.linspace(0.0, 50.0, 5001), rtol=RTOL, atol=ATOL)
    time = ossim.time_to_progression(found, "tumor_size", 1.2)
    assert float(time) == pytest.approx(np.log(9.0 / 7.0) / 0.027, abs=1e-6)
    assert np.isinf(ossim.time_to_progression(found, "tumor_size", 5.0))


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"drug": "drugg"}, "did you mean 'drug'"),
        ({"observable": "size"}, "no state or observable|unknown"),
        ({"stop_at": 1.2}, "stop_at"),
        ({"every": 0.0}, "every"),
        ({"level": -1.0}, "level"),
        ({"baseline": [1.0, 2.0]}, "baseline"),
        ({"doses": [{"time": 0, "amt": 1, "dur": 1, "cmt": "drug"}]}, "adaptive rule"),
        ({"method": "euler"}, "method"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(changes, message):
    with pytest.raises(InputError, match=message):
        _strobl(np.arange(0.0, 10.0), **changes)


# what is published


def _gain(turnover, cost):
    """Days to 1.2 of the start under continuous and under adaptive treatment."""
    turnover, cost = np.broadcast_arrays(np.asarray(turnover, float), np.asarray(cost, float))
    given = {
        "resistant_growth_rate": 0.027 * (1.0 - cost),
        "sensitive_death_rate": 0.027 * turnover,
        "resistant_death_rate": 0.027 * turnover,
    }
    times = np.arange(0.0, 4000.0, 2.0)
    both = (_strobl(times, parameters=given, stop_at=stop, rtol=1e-8, atol=1e-12) for stop in (0.0, 0.5))
    return (ossim.time_to_progression(found, "tumor_size", 1.2).values for found in both)


def test_adaptive_delays_progression_without_any_cost():
    continuous, adaptive = _gain([0.0], [0.0])
    assert continuous[0] < adaptive[0] < np.inf


def test_turnover_and_cost_raise_the_gain_and_more_so_together():
    """Strobl 2021: turnover amplifies what competition and a cost of resistance gain."""
    continuous, adaptive = _gain([0.0, 0.3, 0.0, 0.3], [0.0, 0.0, 0.3, 0.3])
    gain = adaptive / continuous - 1.0
    assert (np.diff(gain[[0, 1]]) > 0) and (np.diff(gain[[0, 2]]) > 0)
    assert gain[3] - gain[2] > gain[1] - gain[0]


@pytest.mark.parametrize("chosen", [None, "representative_patient_1"])
def test_adaptive_abiraterone_delays_independent_cells(chosen):
    """Zhang 2017: cells that need no androgen reach 90 % later when abiraterone is paused at low PSA."""
    times = np.arange(0.0, 8000.0, 10.0)
    late = []
    for stop in (0.0, 0.5):
        found = ossim.adaptive(
            "zhang2017", times, "abiraterone", "psa", stop_at=stop, baseline=TREATED_PSA[chosen], start_on=False,
            parameter_set=chosen, every=1.0, atol=ATOL,
        )  # fmt: skip
        assert int(found.status) == 0
        late.append(float(ossim.time_to_progression(found, "independent_fraction", 1.0, 0.9)))
    assert late[0] < 0.5 * late[1]
