"""What ends a line: progression, a time on it, or both; decided for single patients by hand, and in whole trials."""

from __future__ import annotations

import numpy as np
import pytest
from visit_courses import visit

import ossim
from ossim.errors import InputError
from ossim.strategies import STOP, decide_checked, strategy
from ossim.strategies.switch import read_switch

DRUGS = ["sorafenib 400 mg b.i.d.", "everolimus 10 mg q.d.", "sorafenib 400 mg b.i.d."]


def at(line, time_on_line, progressed):
    """One patient at a visit."""
    return visit(line=np.array([line]), time_on_line=np.array([float(time_on_line)]), progressed=np.array([progressed]))


def sequence(**options):
    kind = strategy("sequence")
    return kind(kind.Options.model_validate({"lines": DRUGS, **options}))


PROGRESSION, TIME, BOTH = "progression", "12 weeks", "12 weeks or progression"
LISTED = [TIME, PROGRESSION, BOTH]


@pytest.mark.parametrize(
    ("switch", "beyond", "line", "on_line", "progressed", "expected"),
    [
        # at progression only
        (PROGRESSION, False, 0, 56, False, 0),
        (PROGRESSION, False, 0, 56, True, 1),
        (PROGRESSION, False, 1, 560, False, 1),
        (PROGRESSION, False, 1, 56, True, 2),
        (PROGRESSION, False, 2, 56, True, STOP),
        (PROGRESSION, True, 2, 56, True, 2),
        (PROGRESSION, True, 1, 56, True, 2),
        # after a time only
        (TIME, False, 0, 83, True, 0),
        (TIME, False, 0, 84, False, 1),
        (TIME, False, 0, 84 - 1e-12, False, 1),
        (TIME, False, 0, 85, True, 1),
        (TIME, False, 2, 84, False, STOP),
        (TIME, True, 2, 84, False, STOP),
        (TIME, True, 2, 56, True, 2),
        # whichever comes first
        (BOTH, False, 0, 56, False, 0),
        (BOTH, False, 0, 56, True, 1),
        (BOTH, False, 0, 84, False, 1),
        (BOTH, False, 2, 56, True, STOP),
        (BOTH, True, 2, 56, True, 2),
        (BOTH, True, 2, 84, True, STOP),
        # one for each line
        (LISTED, False, 0, 56, True, 0),
        (LISTED, False, 0, 84, False, 1),
        (LISTED, False, 1, 840, False, 1),
        (LISTED, False, 1, 56, True, 2),
        (LISTED, False, 2, 56, True, STOP),
        (LISTED, False, 2, 84, False, STOP),
    ],
)
def test_line_after_a_visit(switch, beyond, line, on_line, progressed, expected):
    chosen = sequence(switch=switch, beyond_progression=beyond)
    assert decide_checked("sequence", chosen, at(line, on_line, progressed)).tolist() == [expected]


@pytest.mark.parametrize(
    ("beyond", "progressed", "expected"), [(False, False, 0), (False, True, STOP), (True, False, 0), (True, True, 0)]
)
def test_fixed_treatment_stops_at_progression_unless_it_goes_on(beyond, progressed, expected):
    kind = strategy("fixed")
    chosen = kind(kind.Options.model_validate({"regimen": DRUGS[0], "beyond_progression": beyond}))
    assert decide_checked("fixed", chosen, at(0, 56, progressed)).tolist() == [expected]


@pytest.mark.parametrize("text", [PROGRESSION, TIME, BOTH, "progression or 12 weeks", "84 days"])
def test_switch_reads_back_to_itself(text):
    assert read_switch(read_switch(text).text) == read_switch(text)


CONFIG = """
seed: 6
cohort: {{population: relapsed, size: 40}}
arms:
  a: {{strategy: sequence, lines: [{lines}], {options}}}
visits: {{every: 4 weeks, until: 1 year}}
output: {{trajectories: 0}}
"""


def config(options):
    return CONFIG.format(options=options, lines=", ".join(DRUGS))


@pytest.mark.parametrize(
    ("options", "key", "words"),
    [
        ("switch: progresion", "arms.a.switch", "did you mean 'progression'"),
        ("switch: 12 weaks", "arms.a.switch", "did you mean 'week"),
        ("switch: -12 weeks", "arms.a.switch", "must be a positive time"),
        ("switch: 0 weeks", "arms.a.switch", "positive"),
        ("switch: 3", "arms.a.switch", "is 3; write 'progression', a time"),
        ("switch: [12 weeks]", "arms.a.switch", "the list has 1 of 3 lines; list one per line"),
        ("switch: [12 weeks, progression]", "arms.a.switch", "the list has 2 of 3 lines; list one per line"),
        ("switch: [12 weeks, progresion, progression]", "arms.a.switch[1]", "did you mean 'progression'"),
        ("swich: 12 weeks", "arms.a.swich", "did you mean 'switch'"),
    ],
)
def test_wrong_switch_is_one_line(options, key, words):
    with pytest.raises(InputError) as raised:
        ossim.loads(config(options), "c.yaml")
    (fault,) = raised.value.faults
    assert str(fault).startswith(f"c.yaml:5: {key}: ") and words in str(fault)


@pytest.mark.parametrize("options", ["switch: 12 weeks", f"switch: {BOTH}", "switch: [12 weeks, progression, 8 weeks]"])
def test_switch_survives_the_round_trip(options):
    first = ossim.loads(config(options))
    assert ossim.loads(ossim.sections.text.dump(first.resolved())) == first
    assert first != ossim.loads(config("switch: progression"))


def test_lines_of_a_trial_end_at_the_first_visit_at_which_they_are_due():
    trial = ossim.run(ossim.loads(config("switch: 10 weeks"))).isel(arm=0)
    length = (trial["line_end"] - trial["line_start"]).values
    ended = (trial["line_end"] < trial["follow_up"] - 1e-9).values
    assert set(np.unique(length[ended])) == {84.0}, "the first of the visits every 4 weeks at or after 10 weeks"
    assert np.nanmax(trial["line_start"].values) == 168.0
    later = trial["line_at_visit"].where(trial["visit_time"] > 252.0).max()
    assert not later >= 0, "after the last line nothing is given"


def test_progression_and_time_give_the_earlier_of_both():
    by_both = ossim.run(ossim.loads(config("switch: 12 weeks or progression"))).isel(arm=0)
    first_end, progressed = (by_both[name].isel(line=0).values for name in ("line_end", "progression_time"))
    alive = ~np.isnan(by_both["line_start"].isel(line=1).values)
    assert alive.any() and (first_end[alive] == np.fmin(progressed, 84.0)[alive]).all()
    assert (progressed[alive] < 84.0).any() and (first_end[alive] == 84.0).any()


def test_beyond_progression_goes_on_with_the_last_line_only():
    stop, on = (
        ossim.run(ossim.loads(config(f"beyond_progression: {beyond}"))).isel(arm=0) for beyond in ("false", "true")
    )
    last_begun = ~np.isnan(on["line_start"].isel(line=2).values)
    end, progressed = (on[name].isel(line=2).values[last_begun] for name in ("line_end", "progression_time"))
    follow_up = on["follow_up"].values[last_begun]
    assert (~np.isnan(progressed)).any()
    assert (end == follow_up).all(), "the last line ends with follow-up, whatever its progression"
    end, progressed = (stop[name].isel(line=2).values for name in ("line_end", "progression_time"))
    seen = ~np.isnan(progressed)
    assert (end[seen] == progressed[seen]).all()
    first = (on[name].isel(line=0).values for name in ("line_end", "progression_time"))
    end, progressed = (values[last_begun] for values in first)
    assert (end == progressed).all(), "earlier lines end at theirs"


def test_lines_of_the_same_drugs_have_names_of_their_own():
    scenario = ossim.loads(config("switch: progression"))
    assert scenario.arms[0].plan.labels(()) == ("sorafenib", "everolimus", "sorafenib (line 3)")
    kind = strategy("fixed")
    parts = [f"{DRUGS[0]} until 8 weeks", f"{DRUGS[1]} from 8 weeks", "sorafenib 200 mg b.i.d. from 16 weeks"]
    assert kind(kind.Options.model_validate({"regimen": parts})).labels(()) == ("sorafenib + everolimus",)


def test_switch_is_an_axis_of_a_sweep():
    text = (
        config("switch: progression")
        + "sweep: {axes: {arms.a.switch: [8 weeks, 16 weeks]}, outcomes: [median OS, ORR]}\n"
    )
    scenario = ossim.loads(text)
    swept = ossim.run_sweep(scenario)
    for place, switch in enumerate(("8 weeks", "16 weeks")):
        single = ossim.run(scenario.without_sweep().with_overrides({"arms.a.switch": switch}))
        expected = ossim.endpoints.value(single, "median OS")["value"]
        np.testing.assert_array_equal(swept["median_OS"].isel(run=place), expected)
    assert swept["median_OS"].attrs["units"] == "day" and swept["ORR"].attrs["units"] == "1"
