"""The contract of strategies: what they see of a visit, and how the run refuses what breaks the contract."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from visit_courses import arm, visit

import ossim
from ossim import strategies
from ossim.config.arm import Arm
from ossim.dosing import parse_regimens
from ossim.errors import InputError
from ossim.sections.base import Section
from ossim.strategies import STOP, Strategy, decide_checked
from ossim.strategies.checks import labels_checked, plan_checked

LINE = tuple(parse_regimens("sorafenib 400 mg b.i.d."))


class Made(Strategy):
    """A strategy of two lines that decides what its class holds."""

    decision: object = None

    @property
    def lines(self):
        return (LINE, ())

    def decide(self, visit):
        return self.decision(visit) if callable(self.decision) else self.decision


def made(decide):
    return type("Told", (Made,), {"decision": staticmethod(decide)})(Section())


SEEN = visit(3, number=4, line=np.array([0, 1, STOP]), assessed=np.array([True, True, False]))

REFUSED = {
    "nothing": (lambda seen: None, "decide must return an array, returned None"),
    "list": (lambda seen: [0, 0, 0], r"decide must return an array, returned \[0, 0, 0\]"),
    "one_number": (lambda seen: np.int64(0), "decide must return an array, returned"),
    "short": (lambda seen: np.zeros(2, int), r"decide must return shape \(3,\), returned \(2,\)"),
    "column": (lambda seen: np.zeros((3, 1), int), r"decide must return shape \(3,\), returned \(3, 1\)"),
    "floats": (lambda seen: np.zeros(3), "decide must return whole numbers, returned float64"),
    "truths": (lambda seen: seen.progressed, "decide must return whole numbers, returned bool"),
    "objects": (lambda seen: np.array([0, 0, None]), "decide must return whole numbers, returned object"),
    "line_too_high": (lambda seen: np.full(3, 2), "decide returned line 2; there are lines 0 to 1, and STOP"),
    "line_too_low": (lambda seen: np.full(3, -2), "decide returned line -2; there are lines 0 to 1, and STOP"),
    "failure": (lambda seen: 1 / 0, "ZeroDivisionError: division by zero"),
    "unknown_field": (lambda seen: seen.toxicity, "AttributeError: .*toxicity"),
    "visit_changed": (lambda seen: seen.line.fill(0), "ValueError: .*read-only"),
    "sizes_changed": (lambda seen: seen.diameters.fill(0), "ValueError: .*read-only"),
    "bad_input": (lambda seen: (_ for _ in ()).throw(InputError("nothing for it")), "nothing for it"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_decision_that_breaks_the_contract_is_one_line_with_strategy_and_visit(name):
    decide, words = REFUSED[name]
    with pytest.raises(InputError, match=words) as raised:
        decide_checked("mine", made(decide), SEEN)
    (line,) = str(raised.value).splitlines()
    assert "strategy 'mine', visit 4: " in line


def test_failure_names_the_line_of_the_file():
    with pytest.raises(InputError) as raised:
        decide_checked("mine", made(lambda seen: 1 / 0), SEEN)
    file, line, _ = str(raised.value).split(":", 2)
    assert file == __file__
    assert "1 / 0" in Path(__file__).read_text(encoding="utf-8").splitlines()[int(line) - 1]


@pytest.mark.parametrize("dtype", [np.int8, np.int32, np.int64, np.uint8])
def test_any_whole_numbers_are_taken_and_become_one_kind(dtype):
    found = decide_checked("mine", made(lambda seen: np.ones(3, dtype)), SEEN)
    assert found.dtype == np.int64
    assert found.tolist() == [1, 1, STOP]


def test_patients_who_are_not_assessed_stay_whatever_is_said_of_them():
    found = decide_checked("mine", made(lambda seen: np.array([0, STOP, 99])), SEEN)
    assert found.tolist() == [0, STOP, STOP]


def test_nothing_is_shown_of_patients_who_are_not_assessed():
    shown = []
    given = {"sorafenib": np.array([1.0, 2.0, 3.0])}
    decide_checked("mine", made(lambda seen: shown.append(seen) or seen.line), SEEN._replace(dose_given=given))
    (seen,) = shown
    for name in ("time_on_line", "burden", "baseline", "nadir", "sum_of_diameters", "vegf", "svegfr2"):
        assert np.isnan(getattr(seen, name)).tolist() == [False, False, True], name
    assert np.isnan(seen.diameters[2]).all() and not np.isnan(seen.diameters[:2, 0]).any()
    assert seen.dose_given["sorafenib"][:2].tolist() == [1.0, 2.0] and np.isnan(seen.dose_given["sorafenib"][2])
    assert given["sorafenib"].tolist() == [1.0, 2.0, 3.0]


def planning(lines=(LINE,), labels=None):
    members = {"lines": property(lambda self: lines() if callable(lines) else lines)}
    members |= {} if labels is None else {"labels": lambda self, among: labels}
    return type("Planned", (Made,), members)


PLANS = {
    "none": (planning(lines=()), r"lines must be a tuple with at least one line, is \(\)"),
    "list": (planning(lines=[LINE]), "lines must be a tuple with at least one line"),
    "text": (planning(lines=("sorafenib 400 mg b.i.d.",)), r"lines\[0\] must be a tuple of Regimen, is 'sorafenib"),
    "bare_regimen": (planning(lines=(LINE, LINE[0])), r"lines\[1\] must be a tuple of Regimen"),
    "too_many": (planning(lines=(LINE,) * 128), "128 lines; at most 127"),
    "unknown_drug": (planning(lines=((replace(LINE[0], drug="sorafinib"),),)), "did you mean 'sorafenib'"),
    "other_name_of_a_drug": (planning(lines=((replace(LINE[0], drug="Nexavar"),),)), "'Nexavar' is called 'sorafenib'"),
    "failure": (planning(lines=lambda: {}["switch"]), "KeyError: 'switch'"),
    "labels_missing": (planning(labels=()), "labels must be 1 different texts in a tuple"),
    "labels_alike": (planning(lines=(LINE, LINE), labels=("a", "a")), "labels must be 2 different texts"),
    "labels_empty": (planning(labels=(" ",)), "labels must be 1 different texts"),
    "labels_no_text": (planning(labels=(1,)), "labels must be 1 different texts"),
}


@pytest.mark.parametrize("name", PLANS)
def test_plan_that_breaks_the_contract_is_one_line_with_the_strategy(name):
    plan, words = PLANS[name]
    with pytest.raises(InputError, match=words) as raised:
        plan_checked("mine", plan, Section())
    (line,) = str(raised.value).splitlines()
    assert "strategy 'mine': " in line


def test_class_without_decide_is_refused():
    with pytest.raises(InputError, match=r"strategy 'mine': TypeError: .*abstract"):
        plan_checked("mine", type("Idle", (Strategy,), {"lines": property(lambda self: (LINE,))}), Section())


@pytest.mark.parametrize("name", strategies.strategies())
def test_shipped_strategies_document_every_option(name):
    fields = strategies.strategy(name).Options.model_fields
    assert fields and all(field.description for field in fields.values())


def test_own_labels_are_kept():
    strategy = plan_checked("mine", planning(lines=(LINE, ()), labels=("induction", "pause")), Section())
    assert labels_checked("mine", strategy, ()) == ("induction", "pause")


class Witness(Strategy):
    """Keeps every visit it is shown."""

    def __init__(self, options):
        super().__init__(options)
        self.seen = []

    @property
    def lines(self):
        return tuple(tuple(parse_regimens(text)) for text in WITNESSED)

    def decide(self, visit):
        self.seen.append(visit)
        # three visits of the first line, then the second one to the end
        return np.where(visit.time_on_line >= 63.0, 1, visit.line)


WITNESSED = (
    "doxorubicin 75 mg/m^2 over 1 h every 3 weeks; sorafenib 400 mg b.i.d., 5 days on / 2 days off",
    "everolimus 10 mg q.d. from day 1; sorafenib 200 mg q.d.",
)


@pytest.fixture(scope="module")
def witnessed():
    """What a strategy was shown of 30 patients at visits every 3 weeks, and the trial it was in."""
    witness = Witness(Section())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Arm, "plan", property(lambda self: witness))
        ds = ossim.run(
            ossim.loads(
                "seed: 9\ncohort: {population: relapsed, size: 30}\narms: {a: {regimen: none}}\n"
                "visits: {every: 3 weeks, until: 18 weeks}\n"
            )
        )
    return witness.seen, ds.isel(arm=0)


def test_visit_shows_what_the_trial_records_of_that_day(witnessed):
    seen, ds = witnessed
    assert [one.number for one in seen] == list(range(1, 7))
    for one in seen:
        at = ds.isel(visit=one.number)
        assert one.time == 21.0 * one.number
        assert np.array_equal(one.assessed, at["line_at_visit"].values >= 0)
        lesions = np.where(one.assessed[:, None], at["tumor_diameter"].values, np.nan)
        assert np.array_equal(one.diameters, lesions, equal_nan=True)
        assert np.array_equal(one.sum_of_diameters, at["sum_of_diameters"].values, equal_nan=True)
        assert np.array_equal(one.response, at["response"].values)
        assert np.array_equal(one.new_lesion, at["new_lesion"].values == 1)
        assert np.array_equal(one.progressed, at["response"].values == 4)
        for name in ("vegf", "svegfr2"):
            expected = np.where(one.assessed, at[name].values, np.nan)
            assert np.array_equal(getattr(one, name), expected, equal_nan=True)


def test_baseline_and_nadir_are_those_of_the_line(witnessed):
    seen, ds = witnessed
    size = ds["sum_of_diameters"].values
    for one in seen:
        # the second line begins at the third visit
        first = 0 if one.number <= 3 else 3
        there = one.assessed
        assert np.array_equal(one.baseline[there], size[there, first])
        assert np.array_equal(one.nadir[there], size[there, first : one.number + 1].min(axis=1))


def test_doses_given_are_those_before_the_visit(witnessed):
    seen, _ = witnessed
    sizes = {}
    for one in seen:
        there = one.assessed
        assert set(one.dose_given) == {"doxorubicin", "sorafenib", "everolimus"}
        per_size = one.dose_given["doxorubicin"][there]
        if one.number <= 3:
            # a dose every 3 weeks from day 0: at day 21 n the dose of that day is still to come; 15 days with sorafenib
            # in 3 weeks, twice 400 mg each
            sizes[one.number] = per_size / (75.0 * one.number)
            assert one.dose_given["sorafenib"][there] == pytest.approx(12000.0 * one.number)
            assert (one.dose_given["everolimus"][there] == 0.0).all()
        else:
            on = 21.0 * (one.number - 3)
            assert (per_size == 0.0).all()
            assert one.dose_given["everolimus"][there] == pytest.approx(10.0 * (on - 1.0))
            assert one.dose_given["sorafenib"][there] == pytest.approx(200.0 * on)
    # what is left is the body surface area of each patient [m^2]
    assert ((sizes[1] > 1.0) & (sizes[1] < 3.0)).all()
    assert np.unique(sizes[1]).size > 10


def test_a_strategy_that_fails_in_a_run_is_one_line():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Arm, "plan", property(lambda self: made(lambda seen: np.full(seen.line.shape, 7))))
        scenario = ossim.loads(
            "cohort: {population: relapsed, size: 3}\narms: {a: {regimen: none}}\n"
            "visits: {every: 8 weeks, until: 16 weeks}\n"
        )
        with pytest.raises(
            InputError, match=r"^strategy 'fixed', visit 1: decide returned line 7; there are lines 0 to"
        ):
            ossim.run(scenario)


def test_planned_lines_of_an_arm_are_checked_when_the_config_is_read():
    assert arm(regimen="none").plan.lines == ((),)
