"""Endpoints of a trial of five patients that can be followed by hand.

Visits at day 0, 50, 100, 150; end of study at 180. Patient 0 responds and progresses at 150; 1 progresses at 50 and
begins a second line that progresses at 150; 2 dies at 70; 3 is stable to the end; 4 dies at 30, before any visit.
"""

import numpy as np
import pytest
import xarray as xr

from ossim import endpoints
from ossim.dataset import Response, Status
from ossim.errors import FailedRunsError, InputError, UnknownNameError

NAN = np.nan
CR, PR, SD, PD, NE = Response.CR, Response.PR, Response.SD, Response.PD, Response.not_evaluable


def by_visit(rows, dtype=float):
    return (("arm", "patient", "visit"), np.array([rows], dtype=dtype))


def by_line(rows):
    return (("arm", "patient", "line"), np.array([rows], dtype=float))


@pytest.fixture
def small():
    sizes = [[100, 65, 60, 80], [100, 130, 120, 150], [50, 44, NAN, NAN], [100, 88, 90, 95], [80, NAN, NAN, NAN]]
    time = [[0, 50, 100, 150], [0, 50, 100, 150], [0, 50, NAN, NAN], [0, 50, 100, 150], [0, NAN, NAN, NAN]]
    volume = [[10, 5, 4, 8], [10, 20, 40, 80], [10, 9, NAN, NAN], [10, 9, 9, 10], [10, NAN, NAN, NAN]]
    return xr.Dataset(
        {
            "visit_time": by_visit(time),
            "sum_of_diameters": by_visit(sizes),
            "tumor_volume": by_visit(volume),
            "response": by_visit(
                [[NE, PR, PR, PD], [NE, PD, SD, PD], [NE, SD, NE, NE], [NE, SD, SD, SD], [NE] * 4], np.int8
            ),
            "line_at_visit": by_visit(
                [[0, 0, 0, 0], [0, 0, 1, 1], [0, 0, -1, -1], [0, 0, 0, 0], [0, -1, -1, -1]], np.int8
            ),
            "line_start": by_line([[0, NAN], [0, 50], [0, NAN], [0, NAN], [0, NAN]]),
            "line_end": by_line([[150, NAN], [50, 150], [70, NAN], [180, NAN], [30, NAN]]),
            "progression_time": by_line([[150, NAN], [50, 150], [NAN, NAN], [NAN, NAN], [NAN, NAN]]),
            "true_progression_time": by_line([[140, NAN], [30, NAN], [NAN, NAN], [NAN, NAN], [NAN, NAN]]),
            "death_time": (("arm", "patient"), [[NAN, NAN, 70, NAN, 30]]),
            "follow_up": (("arm", "patient"), [[180.0, 180.0, 70.0, 180.0, 30.0]]),
            "status": (("arm", "patient"), np.zeros((1, 5), np.int8)),
        },
        coords={"arm": ["a"], "patient": np.arange(5), "visit": np.arange(4), "line": [0, 1]},
    )


def test_best_response_of_the_first_line(small):
    assert endpoints.best_response(small).values[0].tolist() == [PR, PD, SD, SD, NE]


def test_best_response_of_the_second_line(small):
    assert endpoints.best_response(small, line=1).values[0].tolist() == [NE, SD, NE, NE, NE]


def test_confirmed_best_response_keeps_a_response_seen_twice(small):
    assert endpoints.best_response(small, confirmed=True).values[0, 0] == PR


def test_window_leaves_later_visits_out(small):
    small["response"][0, 0, 1] = SD
    assert endpoints.best_response(small, until=60).values[0, 0] == SD


def test_responses_after_progression_do_not_count(small):
    small["response"][0, 1, 2] = CR
    small["line_at_visit"][0, 1, 2] = 0
    assert endpoints.best_response(small).values[0, 1] == PD


def test_best_change_is_from_the_baseline_of_the_line(small):
    np.testing.assert_allclose(endpoints.best_change(small).values[0], [-40, 30, -12, -12, NAN])
    np.testing.assert_allclose(endpoints.best_change(small, line=1).values[0, 1], 100 * (120 / 130 - 1))


def test_objective_response_counts_every_patient_of_the_line(small):
    rate = endpoints.objective_response(small).isel(arm=0)
    assert (rate["k"].item(), rate["n"].item(), rate["rate"].item()) == (1, 5, 0.2)


def test_minor_responses_are_added_on_request(small):
    assert endpoints.objective_response(small, with_minor=True)["k"].item() == 3


def test_response_of_the_second_line_counts_those_who_began_it(small):
    assert endpoints.objective_response(small, line=1)["n"].item() == 1


def test_progression_free_survival_by_visits(small):
    pfs = endpoints.progression_free_survival(small)
    assert pfs["time"].values[0].tolist() == [150, 50, 70, 150, 30]
    assert pfs["event"].values[0].tolist() == [True, True, True, False, True]


def test_progression_free_survival_by_the_true_crossing(small):
    pfs = endpoints.progression_free_survival(small, kind="true")
    assert pfs["time"].values[0].tolist() == [140, 30, 70, 180, 30]


def test_second_line_is_timed_from_its_start(small):
    pfs = endpoints.progression_free_survival(small, line=1)
    np.testing.assert_array_equal(pfs["time"].values[0], [NAN, 100, NAN, NAN, NAN])


def test_death_after_the_line_is_no_event_of_it(small):
    small["line_end"][0, 3, 0] = 100
    small["death_time"][0, 3] = 170
    assert not endpoints.progression_free_survival(small)["event"].values[0, 3]


def test_overall_survival_is_censored_at_follow_up(small):
    survival = endpoints.overall_survival(small)
    assert survival["time"].values[0].tolist() == [180, 180, 70, 180, 30]
    assert survival["event"].values[0].tolist() == [False, False, True, False, True]


def test_time_to_failure_is_progression_of_the_last_line_begun(small):
    failure = endpoints.time_to_failure(small)
    assert failure["time"].values[0].tolist() == [150, 150, 70, 150, 30]
    assert failure["event"].values[0].tolist() == [True, True, True, False, True]


def test_planned_lines_keep_a_washout_from_being_a_failure(small):
    small["planned_lines"] = ("arm", [2])
    assert endpoints.time_to_failure(small)["event"].values[0].tolist() == [False, True, True, False, True]


def test_time_to_burden_interpolates_the_logarithm(small):
    burden = endpoints.time_to_burden(small, factor=3.0)
    assert burden["time"].values[0, 1] == pytest.approx(50 * np.log2(3))
    assert burden["time"].values[0, [0, 2, 3, 4]].tolist() == [150, 70, 150, 30]


def test_death_may_censor_the_burden(small):
    assert not endpoints.time_to_burden(small, death="censor")["event"].values[0, 2]


@pytest.mark.parametrize("name", endpoints.names())
def test_failed_runs_are_refused_by_count_and_name(small, name):
    small["status"][0, 2] = Status.non_finite
    with pytest.raises(FailedRunsError, match=r"1 of 5 runs failed: a/2 \(non_finite\)"):
        endpoints.find(name)(small)


@pytest.mark.parametrize("name", endpoints.names())
def test_failed_patients_can_be_excluded(small, name):
    small["status"][0, 2] = Status.non_finite
    found = endpoints.find(name)(small, failed="exclude")
    left = int(found["n"].item()) if name == "objective_response" else found.sizes["patient"]
    assert left == 4


def test_an_exclusion_that_leaves_nobody_is_refused(small):
    small["status"][:] = Status.max_steps
    with pytest.raises(FailedRunsError, match="no patient is left"):
        endpoints.overall_survival(small, failed="exclude")


def test_unknown_endpoint_names_the_nearest():
    with pytest.raises(UnknownNameError, match="overall_survival"):
        endpoints.find("overal_survival")


@pytest.mark.parametrize("options", [{"line": 7}, {"kind": "median"}, {"failed": "ignore"}])
def test_wrong_options_are_refused(small, options):
    with pytest.raises(InputError):
        endpoints.progression_free_survival(small, **options)


def test_missing_variables_are_named(small):
    with pytest.raises(InputError, match="death_time"):
        endpoints.overall_survival(small.drop_vars("death_time"))


def test_visit_dated_progression_is_never_before_the_true_one(trial):
    visit = trial["progression_time"].values
    true = trial["true_progression_time"].values
    assert np.all(visit[~np.isnan(visit)] >= true[~np.isnan(visit)])


def test_public_name_is_the_function_even_after_importing_its_file():
    import ossim.endpoints.kinds.best_response  # noqa: F401

    assert callable(endpoints.best_response)
