"""Every fault of a config: one line, with file, line, key and the nearest valid name; all of them at once."""

from __future__ import annotations

import copy
import random
import re
from pathlib import Path

import pytest

from ossim.config import scenario
from ossim.config.visits import n_visits
from ossim.errors import InputError
from ossim.sections.text import dump, parse, parse_value, read_text

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "configs").rglob("*.yaml"))
FREE_NAMES = {("arms",), ("compare_with",)}  # names chosen by the author, or of trials: no typo of a key
N_TYPOS, N_VALUES, N_DUPLICATES = 60, 40, 20
NEAREST_SHARE = 0.95  # share of typos whose message names the right key
SHORTEST_KEY = 4  # below it, one edit may make another word

BASE = """\
title: Two arms
seed: 3
cohort:
  population: relapsed
  size: 10
arms:
  a:
    regimen: sorafenib 400 mg b.i.d.
  b:
    strategy: sequence
    lines: [sorafenib 400 mg b.i.d., none]
visits:
  every: 8 weeks
  until: 2 years
"""

TWELVE_FAULTS = """\
title: Twelve faults
seed: -1
sed: 3
cohort:
  population: relapst
  size: many
  parameters:
    doubling_time: 5000
    hypoxic_death_rat: 0.03
arms:
  a:
    regimen: sorafinib 400 mg b.i.d.
  b:
    regimen: sorafenib 400 furlongs b.i.d.
  c:
    lines: [sorafenib 400 mg b.i.d.]
visits:
  every: 8 mg
  until: .nan
  criteria: recist_1.2
"""
TWELVE_LINES = (
    (2, "seed", "at least 0"),
    (3, "sed", "did you mean 'seed'"),
    (5, "cohort.population", "did you mean 'relapsed'"),
    (6, "cohort.size", "whole number"),
    (8, "cohort.parameters.doubling_time", "between"),
    (9, "cohort.parameters.hypoxic_death_rat", "did you mean 'hypoxic_death_rate'"),
    (12, "arms.a.regimen", "did you mean 'sorafenib'"),
    (14, "arms.b.regimen", "furlongs"),
    (16, "arms.c.lines", "strategy: sequence"),
    (18, "visits.every", "time"),
    (19, "visits.until", "nan"),
    (20, "visits.criteria", "did you mean 'recist_1.1'"),
)


def faults_of(text):
    with pytest.raises(InputError) as raised:
        scenario.loads(text, "c.yaml")
    return raised.value.faults


def changed(old, new):
    assert old in BASE
    return BASE.replace(old, new)


def test_twelve_faults_are_twelve_lines_in_order():
    found = [str(fault) for fault in faults_of(TWELVE_FAULTS)]
    assert len(found) == len(TWELVE_LINES)
    for text, (line, key, words) in zip(found, TWELVE_LINES, strict=True):
        assert text.startswith(f"c.yaml:{line}: {key}: ")
        assert words in text
        assert "\n" not in text


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "words"),
    [
        ("size: 10", "size: 0", 5, "cohort.size", "at least 1"),
        ("size: 10", "size: 1.5", 5, "cohort.size", "whole number"),
        ("size: 10", "size: '10'", 5, "cohort.size", "the text '10'"),
        ("size: 10", "size: true", 5, "cohort.size", "is true"),
        ("size: 10", "size:", 5, "cohort.size", "is empty"),
        ("  size: 10\n", "", 3, "cohort.size", "missing"),
        ("seed: 3", "seed: 99999999999999999999", 2, "seed", "less than"),
        ("seed: 3", "seed: 3\nmodel: osteosarcoma_patent", 3, "model", "did you mean 'osteosarcoma_patient'"),
        ("every: 8 weeks", "every: 56", 13, "visits.every", "needs a unit"),
        ("every: 8 weeks", "every: -8 weeks", 13, "visits.every", "positive"),
        ("every: 8 weeks", "every: 8 wekes", 13, "visits.every", "did you mean 'weeks'"),
        ("every: 8 weeks", "every: 9**9**9**9", 13, "visits.every", "9**9**9**9"),
        ("every: 8 weeks", "every: 1e400 days", 13, "visits.every", "finite"),
        ("until: 2 years", "until: 2 weeks", 14, "visits.until", "before the first visit"),
        ("regimen: sorafenib 400 mg b.i.d.", "regimen: sorafenib -400 mg b.i.d.", 8, "arms.a.regimen", "-"),
        ("regimen: sorafenib 400 mg b.i.d.", "regimen: sorafenib 400 mg sometimes", 8, "arms.a.regimen", "sometimes"),
        ("regimen: sorafenib 400 mg b.i.d.", "regimen: [none]", 8, "arms.a.regimen[0]", "none"),
        ("regimen: sorafenib 400 mg b.i.d.", "regimen: []", 8, "arms.a.regimen", "empty"),
        ("regimen: sorafenib 400 mg b.i.d.", "regimen: 400", 8, "arms.a.regimen", "must be a regimen"),
        ("    regimen: sorafenib 400 mg b.i.d.", "    beyond_progression: false", 7, "arms.a", "no treatment"),
        ("    strategy: sequence\n", "", 10, "arms.b.lines", "strategy: sequence"),
        ("    lines: [sorafenib 400 mg b.i.d., none]\n", "", 10, "arms.b.strategy", "needs 'lines'"),
        ("    lines: [", "    regimen: none\n    lines: [", 11, "arms.b.regimen", "needs 'strategy: fixed'"),
        ("  b:\n", "  b c:\n", 9, "arms.b c", "start with a letter"),
        ("seed: 3", "seed: 3\ncompare_with: [grignani2012_sorafenb]", 3, "compare_with[0]", "grignani2012_sorafenib"),
        ("seed: 3", "seed: 3\ncompare_with: [regobone_regorafenib]", 3, "compare_with[0]", "no arm"),
        ("seed: 3", "seed: 3\ncompare_with: {cabone_cabozantinib: d}", 3, "compare_with.cabone_cabozantinib", "arm"),
        ("seed: 3", "seed: 3\ncompare_with: {cabone_cabozantinib: [a]}", 3, "compare_with.cabone_cabozantinib", "arm"),
        ("seed: 3", "seed: 3\nfigures: [kaplan_meyer]", 3, "figures[0]", "did you mean 'kaplan_meier'"),
    ],
)
def test_a_fault_names_its_line_key_and_reason(old, new, line, key, words):
    found = faults_of(changed(old, new))
    assert [(fault.line, fault.key) for fault in found] == [(line, key)]
    assert words in found[0].message


SWEEP = """\
sweep:
  axes:
    doubling_time: [20, 40]
    cohort.size: [10, 20]
  outcomes: [overall_survival median]
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("doubling_time", "doubling_tme", 17, "did you mean 'doubling_time'"),
        ("cohort.size", "cohort.sise", 18, "did you mean 'size'"),
        ("[20, 40]", "[20, 4000]", 17, "between"),
        ("[20, 40]", "[20, 20]", 17, "twice"),
        ("[20, 40]", "[]", 17, "list of values"),
        ("[20, 40]", "{from: 20, to: 40, numbr: 3}", 17, "did you mean 'number'"),
        ("[20, 40]", "{from: 0, to: 40, number: 3, scale: log}", 17, "above zero"),
        ("overall_survival median", "overal_survival median", 19, "did you mean 'overall_survival'"),
        ("overall_survival median", "overall_survival medan", 19, "did you mean 'median'"),
        ("overall_survival median", "progression_free_rate", 19, "needs a time"),
        ("overall_survival median", "overall_survival restricted_mean 24 months", 19, "follow-up ends on day 730.5"),
        ("median]", "median]\n  heatmap: {x: a, y: b, outcome: c, arm: d}", 20, "unknown"),
    ],
)
def test_a_fault_of_a_sweep_names_its_line_and_reason(old, new, line, words):
    assert old in SWEEP
    found = faults_of(BASE + SWEEP.replace(old, new))
    assert found[0].line == line
    assert words in found[0].message


def test_faults_of_text_and_of_meaning_come_together():
    text = changed("seed: 3", "seed: 3\nseed: 4").replace("relapsed", "relapst")
    assert [fault.line for fault in faults_of(text)] == [3, 5]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_config_has_no_fault(path):
    assert scenario.load(path).name == path.stem


def _keys(path):
    """Keys of a shipped config whose names are fixed, as places."""
    config = parse(path.read_text(encoding="utf-8"), path.name)
    return config.data, [place for place in config.lines if isinstance(place[-1], str) and place[:-1] not in FREE_NAMES]


def _rename(data, place, name):
    """A copy of `data` in which the key at `place` is called `name`, at the same position."""
    out = copy.deepcopy(data)
    parent = out
    for step in place[:-1]:
        parent = parent[step]
    items = [(name if key == place[-1] else key, value) for key, value in parent.items()]
    parent.clear()
    parent.update(items)
    return out


def _with_value(data, place, value):
    out = copy.deepcopy(data)
    parent = out
    for step in place[:-1]:
        parent = parent[step]
    parent[place[-1]] = value
    return out


def _misspell(word, rng):
    """One or two edits: a letter left out, doubled, replaced, or two swapped."""
    for _ in range(rng.choice([1, 1, 2])):
        i = rng.randrange(1, len(word) - 1)
        word = rng.choice(
            [
                word[:i] + word[i + 1 :],
                word[:i] + word[i] + word[i:],
                word[:i] + rng.choice("aeiourstn") + word[i + 1 :],
                word[: i - 1] + word[i] + word[i - 1] + word[i + 1 :],
            ]
        )
    return word


def _sample(seed, n, keep=lambda place: True):
    rng = random.Random(seed)
    pool = []
    for path in SHIPPED:
        data, places = _keys(path)
        pool += [(path, data, place) for place in places if keep(place)]
    return rng, [pool[rng.randrange(len(pool))] for _ in range(n)]


def _siblings(data, place):
    for step in place[:-1]:
        data = data[step]
    return data


def test_typos_of_keys_are_found_on_their_line_with_the_nearest_name():
    rng, sample = _sample(1, N_TYPOS, lambda place: len(place[-1]) >= SHORTEST_KEY)
    named = tried = 0
    for path, data, place in sample:
        wrong = _misspell(place[-1], rng)
        if wrong in _siblings(data, place):
            continue
        text = dump(_rename(data, place, wrong))
        line = parse(text, path.name).lines[(*place[:-1], wrong)]
        found = faults_of(text)
        here = [fault for fault in found if fault.line == line]
        assert here, f"{path.name}: '{wrong}' for '{place[-1]}': {found}"
        tried += 1
        named += any(f"did you mean '{place[-1]}'" in fault.message for fault in here)
    assert named >= NEAREST_SHARE * tried > 0


def test_wrong_values_of_keys_are_found_on_their_line():
    rng, sample = _sample(2, N_VALUES, lambda place: place[0] != "title" and place[-1] != "outcomes")
    for path, data, place in sample:
        value = rng.choice([{"zzz": 1}, float("nan"), [[1]], -1e9])
        text = dump(_with_value(data, place, value))
        config = parse(text, path.name)
        lines = {line for spot, line in config.lines.items() if spot[: len(place)] == place}
        found = faults_of(text)
        assert lines & {fault.line for fault in found}, f"{path.name}: {place} = {value}: {found}"


def test_duplicated_keys_are_found_on_the_second_line():
    _, sample = _sample(3, N_DUPLICATES)
    for path, _, place in sample:
        text = path.read_text(encoding="utf-8")
        text += "" if text.endswith("\n") else "\n"
        second = text.count("\n") + 1
        found = faults_of(f"{text}{place[0]}: 1\n")
        assert [fault.line for fault in found if "duplicate" in fault.message] == [second]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_removed_required_keys_are_named(path):
    data, _ = _keys(path)
    required = ("cohort", "arms", "visits") if "arms" in data else ("times",)
    for key in required:
        text = dump({name: value for name, value in data.items() if name != key})
        assert any(re.match(rf"{key}$", fault.key) and "missing" in fault.message for fault in faults_of(text))


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_truncated_config_never_ends_in_a_traceback(path, share):
    text = path.read_text(encoding="utf-8")
    try:
        scenario.loads(text[: int(share * len(text))], path.name)
    except InputError as error:
        assert all(str(fault).startswith(path.name) for fault in error.faults)


MIXED = "[sorafenib 400 mg b.i.d., sorafenib 4 mg/kg q.d.]"


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "words"),
    [
        ("every: 8 weeks", "every: 1 min", 13, "visits.every", "at most 10,000"),
        ("until: 2 years", "until: 1000 years", 14, "visits.until", "100 years"),
        # two arms x a million patients x 251 visits
        (BASE, BASE.replace("size: 10", "size: 1000000").replace("8 weeks", "70 h"), 5, "cohort.size", "502,000,000"),
        ("seed: 3", "seed: 3\noutput: {trajectories: 10, every: 1 s}", 3, "output.every", "at most 60,000,000"),
        ("regimen: sorafenib 400 mg b.i.d.", f"regimen: {MIXED}", 8, "arms.a.regimen", "mix the bases"),
        ("400 mg b.i.d., none]", "400 mg every 5 min, none]", 11, "arms.b.lines[0]", "at most 100000"),
        (
            "    regimen: sorafenib 400 mg b.i.d.",
            "    {regimen: sunitinib 50 mg q.d., 4 weeks on / 2 weeks off}",
            8,
            "arms.a.4 weeks on / 2 weeks off",
            "put text with a comma in quotes",
        ),
    ],
)
def test_what_could_not_run_is_a_fault_with_its_key(old, new, line, key, words):
    (fault,) = faults_of(changed(old, new))
    assert (fault.line, fault.key) == (line, key)
    assert words in fault.message


@pytest.mark.parametrize(("every", "until", "number"), [(56, 730.5, 14), (56, 728, 14), (0.1, 0.3, 4)])
def test_visits_are_the_multiples_within_follow_up(every, until, number):
    assert n_visits(every, until) == number


def test_refused_dose_of_an_override_is_one_line():
    with pytest.raises(InputError) as raised:
        scenario.loads(BASE, "c.yaml").with_overrides({"arms.a.dose": "200 kg"})
    assert str(raised.value).startswith("--set: arms.a.dose: '200 kg': expected a unit of dose")
    assert "\n" not in str(raised.value)


def test_unreadable_value_names_no_line_of_its_own():
    with pytest.raises(InputError) as raised:
        parse_value("[1", "--set seed")
    assert str(raised.value) == "--set seed: not valid YAML: a bracket is never closed"


def test_missing_file_is_named_once(tmp_path):
    with pytest.raises(InputError) as raised:
        read_text(tmp_path / "nope.yaml")
    assert str(raised.value) == f"{tmp_path / 'nope.yaml'}: no such file"


MODEL = """\
title: Pazopanib
model: ouerdani2015
times: {from: 0, to: 28, step: 7}
doses:
  - {time: 0, amt: 727, dur: 1, ii: 1, addl: 27, cmt: pazopanib}
show: [carrying_capacity]
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "words"),
    [
        ("ouerdani2015", "ouerdani2051", 2, "model", "did you mean 'ouerdani2015'"),
        ("cmt: pazopanib", "cmt: pazopanip", 5, "doses[0]", "did you mean 'pazopanib'"),
        (", dur: 1", "", 5, "doses[0]", "needs 'dur'"),
        ("amt: 727, ", "", 5, "doses[0]", "missing key 'amt'"),
        ("amt: 727", "amt: 10 mg/kg", 5, "doses[0].amt", "'pazopanib' takes mg"),
        ("show: [carrying_", "show: [carying_", 6, "show[0]", "did you mean 'carrying_capacity'"),
        ("show: [", "parameter_set: mouse\nshow: [", 6, "parameter_set", "there is none"),
        ("show: [", "observations: [mice]\nshow: [", 6, "observations[0]", "there is none"),
        ("from: 0", "from: -1000000000", 3, "times.from", "0 or more"),
        ("show: [", "parameters: {grow_rate: [1, 2]}\nshow: [", 6, "parameters.grow_rate", "'growth_rate'"),
        ("show: [", "initial: {sum_of_diameters: -1}\nshow: [", 6, "initial.sum_of_diameters", "between 1 and 2000"),
    ],
)
def test_a_fault_of_a_model_config_names_its_line_key_and_reason(old, new, line, key, words):
    assert old in MODEL
    (fault,) = faults_of(MODEL.replace(old, new, 1))
    assert (fault.line, fault.key) == (line, key)
    assert words in fault.message
