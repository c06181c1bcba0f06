"""What `switch` takes: its words, its faults with line, key and nearest name, its way through file, --set and sweep."""

from __future__ import annotations

import pytest

import ossim
from ossim.cli import main
from ossim.errors import InputError
from ossim.strategies import strategy
from ossim.strategies.switch import Switch, read_switch
from ossim.studies.sweep import evaluate

CONFIG = """\
cohort: {{population: relapsed, size: 6}}
arms:
  a:
    strategy: sequence
    lines: [sorafenib 400 mg b.i.d., everolimus 10 mg q.d., sorafenib 400 mg b.i.d.]
    switch: {switch}
visits: {{every: 4 weeks, until: 48 weeks}}
"""

READ = {
    "progression": Switch(None, True),
    "12 weeks": Switch(84.0, False),
    "12 weeks or progression": Switch(84.0, True),
    "progression or 12 weeks": Switch(84.0, True),
    "  12 weeks  or  progression ": Switch(84.0, True),
    "0.5 weeks": Switch(3.5, False),
    "36 h or progression": Switch(1.5, True),
    "1 week": Switch(7.0, False),
}


@pytest.mark.parametrize("text", READ)
def test_words_are_read_and_written_back_to_the_same(text):
    found = read_switch(text)
    assert found == READ[text]
    assert read_switch(found.text) == found


@pytest.mark.parametrize(
    ("after", "text"),
    [(84.0, "12 weeks"), (7.0, "1 week"), (10.5, "10.5 days"), (1 / 3, "0.3333333333333333 days"), (1e9, "1e+09 days")],
)
def test_time_is_written_in_weeks_where_they_are_whole(after, text):
    assert Switch(after, False).text == text
    assert read_switch(text) == Switch(after, False)


FAULTS = [
    ("progresion", "switch", "did you mean 'progression'?"),
    ("Progression", "switch", "did you mean 'progression'?"),
    ("12 weaks", "switch", "unknown unit 'weaks'; did you mean 'weeks'?"),
    ("12 weeks or progresion", "switch", "'progresion' does not end a line; did you mean 'progression'?"),
    ("-12 weeks", "switch", "must be a positive time, is '-12 weeks'"),
    ("0 weeks", "switch", "must be a positive time, is '0 weeks'"),
    ("0 weeks or progression", "switch", "must be a positive time, is '0 weeks'"),
    ("1e400 weeks", "switch", "is not finite"),
    ("12 mg", "switch", "not a unit of time"),
    ("12", "switch", "is 12; write 'progression', a time such as '12 weeks'"),
    ("true", "switch", "is true; write 'progression'"),
    ("", "switch", "is empty; write 'progression'"),
    ("''", "switch", "is empty; write 'progression'"),
    ("{after: 12 weeks}", "switch", "is a mapping; write 'progression'"),
    ("12 weeks or", "switch", "'12 weeks or' is incomplete"),
    ("12 weeks or 13 weeks", "switch", "says one thing twice"),
    ("progression or progression", "switch", "says one thing twice"),
    ("12 weeks and progression", "switch", "unknown unit"),
    ("[12 weeks]", "switch", "the list has 1 of 3 lines; list one per line, or write one text for all"),
    ("[12 weeks, progression]", "switch", "the list has 2 of 3 lines"),
    ("[]", "switch", "the list has 0 of 3 lines"),
    ("[12 weeks, progresion, progression]", "switch[1]", "did you mean 'progression'?"),
    ("[12 weeks, progression, [4 weeks]]", "switch[2]", "is a list; write 'progression'"),
]


@pytest.mark.parametrize(("switch", "key", "words"), FAULTS)
def test_fault_is_one_line_with_its_place(switch, key, words):
    with pytest.raises(InputError) as raised:
        ossim.loads(CONFIG.format(switch=switch))
    (fault,) = raised.value.faults
    assert (fault.line, fault.key) == (6, f"arms.a.{key}")
    assert words in fault.message


def test_misspelt_key_names_the_nearest():
    with pytest.raises(InputError, match=r"config:6: arms.a.swich: unknown key 'swich'; did you mean 'switch'"):
        ossim.loads(CONFIG.format(switch="12 weeks").replace("switch:", "swich:"))


def test_misspelt_strategy_is_the_one_fault_of_its_arm():
    with pytest.raises(InputError) as raised:
        ossim.loads(CONFIG.format(switch="12 weeks").replace("strategy:", "starteoy:"))
    assert str(raised.value) == "config:4: arms.a.starteoy: unknown key 'starteoy'; did you mean 'strategy'?"


@pytest.mark.parametrize(
    ("switch", "written"),
    [
        ("progression", "progression"),
        ("84 days", "12 weeks"),
        ("[12 weeks, progression, 4 weeks or progression]", ["12 weeks", "progression", "4 weeks or progression"]),
        ("[12 weeks, 12 weeks, 12 weeks]", ["12 weeks", "12 weeks", "12 weeks"]),
    ],
)
def test_resolved_config_reads_back_to_the_same(switch, written):
    scenario = ossim.loads(CONFIG.format(switch=switch))
    resolved = scenario.resolved()
    assert resolved["arms"]["a"]["switch"] == written
    assert type(scenario).model_validate(resolved) == scenario


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("12 weeks", Switch(84.0, False)),
        (["4 weeks", "1 day", "progression"], (Switch(28.0, False), Switch(1.0, False), Switch(None, True))),
    ],
)
def test_switch_can_be_set_by_its_path(value, expected):
    scenario = ossim.loads(CONFIG.format(switch="progression")).with_overrides({"arms.a.switch": value})
    assert scenario.arms[0].options.switch == expected


def test_one_entry_of_a_list_can_be_set():
    scenario = ossim.loads(CONFIG.format(switch="[4 weeks, 4 weeks, 4 weeks]"))
    changed = scenario.with_overrides({"arms.a.switch.1": "progression"})
    assert changed.arms[0].options.switch[1] == Switch(None, True)


@pytest.fixture
def config(tmp_path):
    place = tmp_path / "switch.yaml"
    place.write_text(CONFIG.format(switch="progression"))
    return str(place)


def test_command_line_sets_it_and_says_when_each_line_ends(config, capsys):
    assert main(["run", config, "--dry-run"]) == 0
    assert capsys.readouterr().out.count("    ends at progression\n") == 3
    assert main(["run", config, "--dry-run", "--set", "arms.a.switch=6 weeks or progression"]) == 0
    said = "    ends after 6 weeks (at the visit on day 56 of the line) or at progression\n"
    assert capsys.readouterr().out.count(said) == 3


def test_command_line_refuses_a_misspelt_one_in_one_line(config, capsys):
    assert main(["run", config, "--dry-run", "--set", "arms.a.switch=12 weaks"]) == 2
    assert (
        capsys.readouterr()
        .err.strip()
        .endswith("arms.a.switch: '12 weaks': unknown unit 'weaks'; did you mean 'weeks'?")
    )


def test_schema_names_its_default_in_words():
    switch = strategy("sequence").Options.model_json_schema()["properties"]["switch"]
    assert switch["default"] == "progression"
    assert "'12 weeks or progression'" in switch["description"]


def test_switch_is_an_axis_of_a_sweep():
    axis = "[progression, 4 weeks, [4 weeks, 8 weeks, progression]]"
    outcomes = "[overall_survival restricted_mean at 10 months, time_to_failure_rate at 2 months]"
    text = CONFIG.format(switch="progression").replace("size: 6", "size: 40")
    scenario = ossim.loads(f"{text}sweep: {{axes: {{arms.a.switch: {axis}}}, outcomes: {outcomes}}}\n")
    found = ossim.run_sweep(scenario)
    assert found["arms.a.switch"].values.tolist() == ["progression", "4 weeks", "['4 weeks', '8 weeks', 'progression']"]
    for point, switch in enumerate(("progression", "4 weeks", ["4 weeks", "8 weeks", "progression"])):
        alone = ossim.run(scenario.without_sweep().with_overrides({"arms.a.switch": switch}))
        for outcome in scenario.sweep.outcomes:
            assert found[outcome.variable].values[point, 0] == evaluate(alone, outcome)[0]
    means = found["overall_survival_restricted_mean_at_10_months"].values[:, 0]
    assert len(set(means)) == 3


def test_value_of_an_axis_that_is_no_switch_is_refused_with_its_place():
    swept = "sweep: {axes: {arms.a.switch: [progression, 12 weaks]}, outcomes: [objective_response_rate]}\n"
    with pytest.raises(InputError, match=r"config:8: sweep.axes.*\[1\]: .*did you mean 'weeks'"):
        ossim.loads(CONFIG.format(switch="progression") + swept)
