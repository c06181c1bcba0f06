"""A Scenario: canonical units, equal after a round trip, changed only through the checks of a config."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from ossim.config import scenario
from ossim.config.scenario import ModelRun, Scenario, json_schema
from ossim.dosing import parse_regimen
from ossim.errors import InputError
from ossim.sections.text import dump

SHIPPED = sorted((Path(__file__).parents[2] / "configs").rglob("*.yaml"))
TEXT = """\
cohort: {size: 10, parameters: {doubling_time: 6 weeks, bypass_strength: 0.9}}
arms:
  a: {regimen: sorafenib 400 mg b.i.d.}
  b: {strategy: sequence, lines: [sorafenib 400 mg b.i.d., none, [sorafenib 400 mg b.i.d., everolimus 5 mg q.d.]]}
  c: {regimen: none}
visits: {every: 8 weeks, until: 2 years}
"""
DAYS_PER_YEAR = 365.25


@pytest.fixture
def two_arms():
    return scenario.loads(TEXT, "two_arms.yaml")


def test_times_and_parameters_are_in_canonical_units(two_arms):
    assert (two_arms.visits.every, two_arms.visits.until) == (56.0, 2 * DAYS_PER_YEAR)
    assert dict(two_arms.cohort.parameters) == {"doubling_time": 42.0, "bypass_strength": 0.9}


def test_lines_hold_the_regimens_of_each_line_and_none_is_no_drug(two_arms):
    sorafenib, everolimus = parse_regimen("sorafenib 400 mg b.i.d."), parse_regimen("everolimus 5 mg q.d.")
    first, sequence, untreated = two_arms.arms
    assert first.lines == ((sorafenib,),)
    assert sequence.lines == ((sorafenib,), (), (sorafenib, everolimus))
    assert untreated.lines == ((),)


def test_name_is_that_of_the_file(two_arms):
    assert two_arms.name == "two_arms"


def test_scenario_is_frozen(two_arms):
    with pytest.raises(ValidationError, match="frozen"):
        two_arms.seed = 2
    with pytest.raises(TypeError):
        two_arms.cohort.parameters["doubling_time"] = 1.0


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_resolved_config_loads_to_an_equal_scenario(path):
    first = scenario.load(path)
    again = scenario.loads(dump(first.resolved()), path.name)
    assert again == first
    assert (again.sha256, hash(again)) == (first.sha256, hash(first))


def test_hash_follows_the_meaning_not_the_wording(two_arms):
    same = scenario.loads("# a comment\n" + TEXT.replace("8 weeks", "56 days"), "two_arms.yaml")
    other = scenario.loads(TEXT.replace("8 weeks", "57 days"), "two_arms.yaml")
    assert same.sha256 == two_arms.sha256 != other.sha256


def test_structured_regimen_equals_its_text(two_arms):
    keys = "{drug: sorafenib, dose: 400 mg, interval: 12 h}"
    structured = scenario.loads(TEXT.replace("regimen: sorafenib 400 mg b.i.d.", f"regimen: {keys}"), "two_arms.yaml")
    assert structured == two_arms


def test_drug_alias_is_resolved():
    found = scenario.loads(TEXT.replace("regimen: sorafenib", "regimen: Nexavar"), "x.yaml")
    assert found.arms[0].lines[0][0].drug == "sorafenib"


@pytest.mark.parametrize(
    ("path", "value", "read", "expected"),
    [
        ("cohort.size", 20, lambda s: s.cohort.size, 20),
        ("seed", 7, lambda s: s.seed, 7),
        ("visits.every", "6 weeks", lambda s: s.visits.every, 42.0),
        ("arms.a.dose", "200 mg", lambda s: s.arms[0].lines[0][0].dose, 200.0),
        ("arms.a.dose", "0.2 g", lambda s: s.arms[0].lines[0][0].dose, 200.0),
        ("arms.a.regimen", "none", lambda s: s.arms[0].lines, ((),)),
        ("arms.b.lines.1", "everolimus 5 mg q.d.", lambda s: s.arms[1].lines[1][0].drug, "everolimus"),
        ("doubling_time", 50, lambda s: s.cohort.parameters["doubling_time"], 50.0),
        ("cohort.parameters.cross_resistance", 0.2, lambda s: s.cohort.parameters["cross_resistance"], 0.2),
    ],
)
def test_override_changes_one_value(two_arms, path, value, read, expected):
    changed = two_arms.with_overrides({path: value})
    assert read(changed) == expected
    assert changed != two_arms


def test_overrides_add_up(two_arms):
    changed = two_arms.with_overrides({"cohort.size": 20}).with_overrides({"seed": 7})
    assert (changed.cohort.size, changed.seed) == (20, 7)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("cohort.sise", 20, "did you mean 'size'"),
        ("cohrt.size", 20, "did you mean 'cohort'"),
        ("arms.d.dose", "200 mg", "unknown arm 'd'"),
        ("arms.a.dose", 200, "200 mg"),
        ("arms.b.dose", "200 mg", "no single regimen"),
        ("arms.c.dose", "200 mg", "no single regimen"),
        ("arms.b.lines.7", "none", "from 0 to 2"),
        ("arms.a.dose.x", 1, "unknown key 'dose'"),
        ("doubling_tme", 50, "did you mean 'doubling_time'"),
        ("doubling_time", 5000, "between"),
        ("cohort..size", 1, "no path"),
        ("seed.x", 1, "leads nowhere"),
    ],
)
def test_bad_override_is_one_line_that_names_its_origin(two_arms, path, value, words):
    with pytest.raises(InputError) as raised:
        two_arms.with_overrides({path: value})
    (fault,) = raised.value.faults
    assert str(fault).startswith("--set")
    assert words in fault.message


def test_trials_are_matched_to_arms_by_their_drugs():
    text = TEXT + "compare_with: [lagmay2016_inactive]\n"
    (found,) = scenario.loads(text, "x.yaml").compare_with
    assert (found.trial, found.arm) == ("lagmay2016_inactive", "c")


def test_trial_that_fits_two_arms_must_be_mapped():
    text = TEXT + "compare_with: [grignani2012_sorafenib]\n"
    with pytest.raises(InputError, match="arms a, b all start with that"):
        scenario.loads(text, "x.yaml")


MODEL = "model: hahnfeldt1999\ntimes: {from: 0, to: 1, step: 0.1}\n"


def test_config_of_a_published_model_becomes_a_model_run():
    found = scenario.loads(MODEL + "parameters: {growth_rate: [0.15, 0.192]}\n", "x.yaml")
    assert isinstance(found, ModelRun)
    assert found.parameters["growth_rate"] == (0.15, 0.192)
    assert len(found.times) == 11 and found.times[-1] == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ("initial: {tumor_volum: 1}\n", "did you mean 'tumor_volume'"),
        ("parameters: {growth_rte: 1}\n", "did you mean 'growth_rate'"),
        ("parameters: {growth_rate: [0.1, 1e9]}\n", "between"),
        ("doses: [{time: 0, amt: 1, cmt: endostatn}]\n", "endostatin"),
        ("arms: {}\n", "unknown key 'arms'"),
    ],
)
def test_fault_of_a_model_config_is_one_line(extra, words):
    with pytest.raises(InputError, match=words) as raised:
        scenario.loads(MODEL + extra, "x.yaml")
    assert [fault.line for fault in raised.value.faults] == [3]


def test_every_key_of_a_config_is_described():
    schema = json_schema()
    bare = [
        f"{name}.{key}"
        for name, part in schema["$defs"].items()
        for shape in part.get("anyOf", [part])
        for key, entry in shape["properties"].items()
        if "description" not in entry
    ]
    assert not bare
    assert {"Scenario", "ModelRun"} <= set(schema["$defs"])


def test_defaults_are_written_out_in_a_resolved_config(two_arms):
    written = set(two_arms.resolved())
    assert written == set(Scenario.model_fields) - {"sweep", "space"}


def test_model_run_writes_out_every_key():
    run = scenario.loads(MODEL, "x.yaml")
    assert set(run.resolved()) == set(ModelRun.model_fields) - {"space", "parameter_set"}


def test_scenario_is_the_class_of_a_trial(two_arms):
    assert isinstance(two_arms, Scenario)
