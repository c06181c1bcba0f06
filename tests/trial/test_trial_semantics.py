"""What a virtual trial means: same patients in every arm, what progression does, when time stops, what failure does."""

from __future__ import annotations

import numpy as np
import pytest

import ossim
from ossim import endpoints
from ossim.dataset import Response, Status
from ossim.dosing import parse_regimens
from ossim.errors import FailedRunsError
from ossim.numerics.arrays import STATUS_MEANINGS
from ossim.trial.exposure import plan_pharmacology
from ossim.trial.treatment_lines import compile_lines

SORAFENIB, EVEROLIMUS, NONE = "sorafenib 400 mg b.i.d.", "everolimus 10 mg q.d.", "none"
SIZE = 200
#: relative tolerance of the integration is 1e-6; a crossing time inherits it times the condition of the crossing
TIME_TOLERANCE = 1e-4


def trial(arms, size=SIZE, every="8 weeks", until="48 weeks", trajectories=0, extra="", threads=None):
    text = "\n".join(
        [
            "seed: 31",
            f"cohort: {{population: relapsed, size: {size}}}",
            "arms:",
            *(f"  {name}: {{{body}}}" for name, body in arms.items()),
            f"visits: {{every: {every}, until: {until}}}",
            f"output: {{trajectories: {trajectories}, every: 1 day}}",
            extra,
        ]
    )
    return ossim.run(ossim.loads(text), threads=threads)


def fixed(regimen, **options):
    return ", ".join([f"regimen: {regimen}", *(f"{name}: {value}" for name, value in options.items())])


def sequence(*lines):
    return f"strategy: sequence, lines: [{', '.join(lines)}]"


def same_bits(ds, other):
    """Names of the variables that differ in any bit."""
    numbers = [name for name in ds.data_vars if ds[name].dtype.kind in "fib"]
    return [name for name in numbers if ds[name].values.tobytes() != other[name].values.tobytes()]


PER_PATIENT = ("visit_time", "tumor_diameter", "tumor_volume", "response", "progression_time", "death_time", "status")


@pytest.fixture(scope="module")
def two_arms():
    return trial({"tki": fixed(SORAFENIB), "untreated": fixed(NONE)})


@pytest.fixture(scope="module")
def lines():
    return trial(
        {
            "tki": fixed(SORAFENIB),
            "tki_none": sequence(SORAFENIB, NONE),
            "three": sequence(SORAFENIB, EVEROLIMUS, SORAFENIB),
        },
        until="2 years",
    )


def test_equal_arms_are_equal_to_the_bit():
    ds = trial({"a": fixed(SORAFENIB), "b": fixed(SORAFENIB)})
    assert same_bits(ds.sel(arm="a"), ds.sel(arm="b")) == []


def test_arms_share_patients_and_visit_noise(two_arms):
    baseline = two_arms["tumor_diameter"].isel(visit=0).values
    assert np.array_equal(baseline[0], baseline[1], equal_nan=True)
    single = two_arms["tumor_diameter"].isel(visit=0, arm=0).notnull().sum("lesion").values == 1
    read, true = (two_arms[name].values[:, single, 1] for name in ("sum_of_diameters", "true_sum_of_diameters"))
    error = np.log(read / true)
    both = np.isfinite(error).all(axis=0)
    assert both.sum() > 20
    assert error[0, both] == pytest.approx(error[1, both], abs=1e-12)  # rounding of a ratio


def test_first_patients_do_not_depend_on_the_size_of_the_cohort():
    large = trial({"tki": fixed(SORAFENIB)}, size=1000, until="24 weeks")
    small = trial({"tki": fixed(SORAFENIB)}, size=100, until="24 weeks")
    assert same_bits(small[list(PER_PATIENT)], large[list(PER_PATIENT)].isel(patient=slice(0, 100))) == []


def test_another_arm_changes_nothing_in_the_others(two_arms):
    more = trial({"mtor": fixed(EVEROLIMUS), "tki": fixed(SORAFENIB), "untreated": fixed(NONE)})
    arms = ["tki", "untreated"]
    assert same_bits(two_arms[list(PER_PATIENT)], more[list(PER_PATIENT)].sel(arm=arms)) == []


def test_threads_do_not_change_a_bit():
    arms = {"three": sequence(SORAFENIB, EVEROLIMUS, SORAFENIB)}
    assert same_bits(trial(arms, threads=1), trial(arms, threads=2)) == []


def test_arms_with_common_patients_differ_with_little_noise():
    """Paired standard deviation of a difference of 4-month rates against that of independent arms."""
    ds = trial({"tki": fixed(SORAFENIB), "both": fixed(f"[{SORAFENIB}, {EVEROLIMUS}]")}, size=1000, until="24 weeks")
    events = endpoints.progression_free_survival(ds)
    free = (events["time"].values > 121.75).astype(float)
    paired, unpaired = np.std(free[1] - free[0]), np.sqrt(free.var(axis=1).sum())
    assert paired <= 0.7 * unpaired


def test_progression_is_dated_at_its_visit(two_arms):
    first = two_arms["visit_time"].where(two_arms["response"] == Response.PD).min("visit").values
    assert np.array_equal(first, two_arms["progression_time"].values[:, :, 0], equal_nan=True)


def test_fixed_treatment_stops_at_progression(two_arms):
    progression, end = (two_arms[name].values[:, :, 0] for name in ("progression_time", "line_end"))
    seen = np.isfinite(progression)
    assert seen.sum() > SIZE
    assert np.array_equal(progression[seen], end[seen])


def test_drug_washes_out_after_progression_and_survival_goes_on():
    ds = trial({"tki": fixed(SORAFENIB)}, trajectories=SIZE)
    progression, time = ds["progression_time"].values[0, :, 0], ds["time"].values
    concentration = ds["trajectory_concentration"].values[0, :, 0]
    alive = np.flatnonzero(ds["follow_up"].values[0] > progression + 22)
    assert alive.size > 50
    before = np.array([concentration[i][time <= progression[i]][-1] for i in alive])
    after = np.array([concentration[i][time >= progression[i] + 21][0] for i in alive])
    # 21 days are about 19 half-lives of 1.1 d at the median exposure and 6 at three times that exposure
    assert (after < 0.05 * before).all()
    assert (ds["death_time"].values[0, alive] > progression[alive]).any()


def test_beyond_progression_keeps_the_drug_and_the_visits():
    ds = trial({"tki": fixed(SORAFENIB, beyond_progression="true")}, trajectories=SIZE)
    progression, end = ds["progression_time"].values[0, :, 0], ds["line_end"].values[0, :, 0]
    follow_up = ds["follow_up"].values[0]
    assert np.array_equal(end, follow_up)
    time, concentration = ds["time"].values, ds["trajectory_concentration"].values[0, :, 0]
    later = np.flatnonzero(follow_up > progression + 22)
    levels = np.array([concentration[i][time >= progression[i] + 21][0] for i in later])
    assert later.size > 50
    assert (levels > 0.1).all()  # [mg/L]; the median steady state is 4.8 and no exposure is 50 times lower
    last_visit = ds["visit_time"].max("visit").values[0]
    assert (last_visit[later] > progression[later]).any()


def test_first_progression_does_not_depend_on_what_follows(two_arms):
    on = trial({"tki": fixed(SORAFENIB, beyond_progression="true")})
    both = (ds["progression_time"].sel(arm="tki").values for ds in (two_arms, on))
    assert np.array_equal(*both, equal_nan=True)


def test_lines_follow_one_another(lines):
    one = lines.sel(arm="three")
    start, end, progression = (one[name].values for name in ("line_start", "line_end", "progression_time"))
    later = np.isfinite(start[:, 1:])
    assert later.sum() > SIZE // 2
    assert np.array_equal(start[:, 1:][later], end[:, :-1][later])
    assert np.array_equal(start[:, 1:][later], progression[:, :-1][later])
    begun = np.isfinite(start)
    assert (end[begun] >= start[begun]).all()
    assert not np.isfinite(end[~begun]).any()
    assert not np.isfinite(progression[~begun]).any()
    seen = np.isfinite(progression)
    assert (progression[seen] > start[seen]).all()


def test_a_new_line_is_judged_from_its_own_baseline(lines):
    """Progression in line 2 needs 20 % and 5 mm over the lowest sum since its start, or a new lesion since then."""
    one = lines.sel(arm="three")
    checked = 0
    for patient in range(SIZE):
        start, progression = (one[name].values[patient, 1] for name in ("line_start", "progression_time"))
        if not np.isfinite(progression):
            continue
        time, total = one["visit_time"].values[patient], one["sum_of_diameters"].values[patient]
        since, at = (time >= start) & (time < progression), time == progression
        nadir, now = total[since].min(), total[at][0]
        grown = now >= 1.2 * nadir * (1 - 1e-12) and now - nadir >= 5.0 * (1 - 1e-12)
        assert grown or one["new_lesion"].values[patient, at][0] == 1
        checked += 1
    assert checked > 20


def test_clock_of_new_lesions_restarts_with_a_line(lines):
    """The visit that starts a line may show a new lesion; the next one shows it only if another one came."""
    one = lines.sel(arm="three")
    lesion, line = one["new_lesion"].values, one["line_at_visit"].values
    switched = (lesion[:, :-1] == 1) & (line[:, 1:] == line[:, :-1] + 1)
    assert switched.sum() > 20
    assert (lesion[:, 1:][switched] == 0).any()


def test_an_inert_line_adds_to_failure_and_nothing_to_survival(lines):
    """Survival agrees to the integration tolerance and not to the bit: extra visits end and restart steps."""
    death = lines["death_time"].sel(arm=["tki", "tki_none"]).values
    assert np.array_equal(np.isfinite(death[0]), np.isfinite(death[1]))
    dead = np.isfinite(death[0])
    assert death[0, dead] == pytest.approx(death[1, dead], rel=TIME_TOLERANCE)
    failure = endpoints.time_to_failure(lines)["time"].sel(arm=["tki", "tki_none"]).values
    gain = failure[1] - failure[0]
    assert (gain >= -TIME_TOLERANCE * failure[0]).all()
    assert 0.5 * 56 < np.median(gain[gain > 1.0]) <= 56 * (1 + TIME_TOLERANCE)


def test_time_to_failure_is_progression_in_the_last_planned_line_or_death(lines):
    one = lines.sel(arm=["three"])
    events = endpoints.time_to_failure(one)
    expected = np.fmin(one["progression_time"].values[0, :, 2], one["death_time"].values[0])
    happened = np.isfinite(expected)
    assert np.array_equal(events["event"].values[0], happened)
    assert np.array_equal(events["time"].values[0, happened], expected[happened])


def test_death_is_an_event_of_progression_free_survival(two_arms):
    events = endpoints.progression_free_survival(two_arms)
    progression, death = two_arms["progression_time"].values[:, :, 0], two_arms["death_time"].values
    alone = np.isnan(progression) & np.isfinite(death)
    assert alone.sum() > 10
    assert events["event"].values[alone].all()
    assert np.array_equal(events["time"].values[alone], death[alone])


def test_integration_ends_at_death():
    ds = trial({"untreated": fixed(NONE)}, trajectories=SIZE)
    death, follow_up = ds["death_time"].values[0], ds["follow_up"].values[0]
    dead = np.isfinite(death)
    assert 20 < dead.sum() < SIZE
    assert np.array_equal(death[dead], follow_up[dead])
    assert (follow_up[~dead] == 48 * 7).all()
    assert not (ds["visit_time"].values[0, dead] > death[dead, None]).any()
    kept = np.isfinite(ds["trajectory_tumor_volume"].values[0])
    assert not (kept & (ds["time"].values > follow_up[:, None])).any()


STATES = ("true_sum_of_diameters", "tumor_volume", "viable_volume", "vegf", "svegfr2")


def test_nobody_lives_on_without_numbers(lines):
    assert (lines["status"] == Status.ok).all()
    dead = lines["death_time"].notnull()
    assert (dead | (lines["follow_up"] == lines["follow_up"].max())).all()
    attended = lines["visit_time"].notnull()
    alive = (lines["planned_visit_time"] <= lines["follow_up"]).transpose("arm", "patient", "visit")
    assert (attended <= alive).all()
    for name, known in (("sum_of_diameters", attended), *((name, alive) for name in STATES)):
        assert np.array_equal(lines[name].notnull(), known)
        assert (lines[name].values[known.values] > 0).all()


def test_a_patient_who_fails_is_flagged_and_endpoints_refuse():
    ds = trial({"tki": fixed(SORAFENIB)}, size=20, extra="solver: {max_steps: 40}")
    assert (ds["status"] == Status.max_steps).all()
    assert ds["death_time"].isnull().all()
    assert (ds["follow_up"] < 48 * 7).all()
    with pytest.raises(FailedRunsError, match="max_steps"):
        endpoints.overall_survival(ds)


def test_status_numbers_of_engine_and_dataset_agree():
    assert [Status(code).name for code in range(len(STATUS_MEANINGS))] == list(STATUS_MEANINGS)


def test_survival_curve_does_not_fall_because_follow_up_outlasts_the_last_visit():
    """Follow-up that goes on for weeks after the last visit must not empty the curve."""
    exact, longer = (trial({"tki": fixed(SORAFENIB)}, until=until) for until in ("24 weeks", "27 weeks"))
    at_visit, later = (
        float(endpoints.event_free_rate(endpoints.progression_free_survival(ds), at)["rate"][0])
        for ds, at in ((exact, 24 * 7.0), (longer, 26 * 7.0))
    )
    # two weeks of deaths are a few per cent; anything more is the estimator
    assert np.isnan(later) or later > at_visit - 0.05


def test_burden_is_followed_after_progression(two_arms):
    """Without drug, going on beyond progression changes nothing, so time to three times baseline is the same."""
    on = trial({"untreated": fixed(NONE, beyond_progression="true")})
    share = [
        endpoints.time_to_burden(ds.sel(arm=["untreated"]), death="censor")["event"].values.mean()
        for ds in (two_arms, on)
    ]
    assert share[0] == pytest.approx(share[1], abs=0.01)  # two patients of 200 at the edge of a visit


def cross_resistance(value, *drugs):
    text = f"seed: 31\ncohort: {{size: {SIZE}, parameters: {{cross_resistance: {value}}}}}\n"
    text += (
        f"arms: {{a: {{{sequence(*drugs)}}}}}\nvisits: {{every: 8 weeks, until: 1 year}}\noutput: {{trajectories: 0}}"
    )
    return ossim.run(ossim.loads(text))


def test_a_second_inhibitor_meets_cross_resistance_from_its_own_line_on():
    none, full = (cross_resistance(value, SORAFENIB, "regorafenib 160 mg q.d.") for value in (0, 1))
    first = none["line_at_visit"].values == 0
    assert np.array_equal(none["tumor_volume"].values[first], full["tumor_volume"].values[first])
    second = (none["line_at_visit"].values == 1) & (full["line_at_visit"].values == 1)
    ratio = full["tumor_volume"].values[second] / none["tumor_volume"].values[second]
    assert ratio.mean() > 1.01


def test_the_first_inhibitor_again_meets_no_cross_resistance():
    runs = [cross_resistance(value, SORAFENIB, EVEROLIMUS, SORAFENIB) for value in (0, 1)]
    assert same_bits(*runs) == []


BODY = {"body_surface_area": np.ones(1), "weight": np.ones(1)}


def test_cross_resistance_ends_with_its_line():
    """Flagged: an inhibitor of VEGFR other than the first one, not a line without any."""
    first, second, mtor = (parse_regimens(text) for text in (SORAFENIB, "regorafenib 160 mg q.d.", EVEROLIMUS))
    plan = plan_pharmacology(("sorafenib", "regorafenib", "everolimus"), "calibrated")
    lines = compile_lines((first, mtor, second, (), second, first), plan, BODY, 1, 56.0)
    assert lines.cross_resistant.tolist() == [False, False, True, False, True, False]


def test_exposure_enters_once():
    """Twice the exposure is half the clearance: the mean concentration doubles."""
    means = []
    for factor in (1, 2):
        text = f"cohort: {{size: 1, typical: true, parameters: {{exposure_tki: {factor}}}}}\n"
        text += (
            f"arms: {{a: {{{fixed(SORAFENIB)}}}}}\nvisits: {{every: 8 weeks, until: 8 weeks, measurement_error: 0}}\n"
        )
        ds = ossim.run(ossim.loads(text + "output: {trajectories: 1, every: 1 hour}"))
        late = ds["time"].values >= 42
        means.append(ds["trajectory_concentration"].values[0, 0, 0, late].mean())
    assert means[1] / means[0] == pytest.approx(2.0, rel=0.01)  # hourly readings of a 12-hour cycle
