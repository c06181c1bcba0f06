"""Files of the catalogue are checked like configs: file, line, key, nearest name, all at once, nothing hidden."""

from __future__ import annotations

import pytest

from ossim import catalog
from ossim.cli import main
from ossim.errors import InputError

DRUG = """\
name: newtinib
class: tki
description: Made for a test.
route: oral
pharmacokinetics:
  population:
    model: oral_1
    absorption_rate: {value: 6, unit: 1/day, source: assumption, tier: assumed}
    clearance: {value: 10, unit: L/day, source: assumption, tier: assumed}
    volume_of_distribution: {value: 100, unit: L, source: assumption, tier: assumed}
    fraction_unbound: {value: 0.1, unit: "1", source: assumption, tier: assumed}
effects:
  - {channel: vegfr, kind: on_off, source: assumption, tier: assumed}
"""
POPULATION = """\
name: mine
title: Mine
model: osteosarcoma_patient
reference: assumption
parameters:
  doubling_time: {distribution: lognormal, median: 42, sd: 0.87, unit: day, level: patient, source: a, tier: assumed}
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("OSSIM_PATH", str(tmp_path))
    return tmp_path


def write(folder, kind, name, text):
    place = folder / "data" / kind / f"{name}.yaml"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)


def faults(read, name):
    with pytest.raises(InputError) as raised:
        read(name)
    return [str(fault) for fault in raised.value.faults]


@pytest.mark.parametrize(
    ("number", "old", "new", "line", "key", "words"),
    [
        (1, "kind: on_off", "kind: onoff", 13, "effects[0].kind", "'onoff' is not one of concentration, on_off"),
        (2, "channel: vegfr", "channel: vegf", 13, "effects[0].channel", "did you mean 'vegfr'"),
        (3, "class: tki", "clas: tki", 2, "clas", "did you mean 'class'"),
        (4, "route: oral\n", "", 1, "route", "missing"),
        (5, "unit: L/day", "unit: L/h", 9, "pharmacokinetics.population.clearance.unit", "must be L/day, is 'L/h'"),
        (6, "value: 10,", "value: -10,", 9, "pharmacokinetics.population.clearance.value", "at least 0"),
        (7, "value: 10,", "value: ten,", 9, "pharmacokinetics.population.clearance.value", "must be a number"),
        (8, "clearance:", "clearence:", 9, "pharmacokinetics.population.clearence", "did you mean 'clearance'"),
        (9, "model: oral_1", "model: oral_4", 7, "pharmacokinetics.population.model", "did you mean 'oral_"),
        (10, "tier: assumed}\n", "tier: asumed}\n", None, "", "did you mean 'assumed'"),
    ],
)
def test_fault_of_a_drug_names_its_line_and_key(folder, number, old, new, line, key, words):
    name = f"drug{number}"
    write(folder, "drugs", name, DRUG.replace(old, new, 1))
    found = faults(catalog.drug, name)
    where = f"data/drugs/{name}.yaml:" + (f"{line}: {key}" if line else "")
    assert len(found) == 1 and found[0].startswith(where) and words in found[0]


def test_all_faults_come_at_once(folder):
    write(
        folder,
        "drugs",
        "many",
        DRUG.replace("on_off", "onoff").replace("value: 10,", "value: x,").replace("oral\n", "mouth\n"),
    )
    assert len(faults(catalog.drug, "many")) == 3


@pytest.mark.parametrize(
    ("number", "old", "new", "words"),
    [
        (1, "lognormal", "lognormall", "did you mean 'lognormal'"),
        (2, "sd: 0.87", "sd: -0.87", "must be at least 0"),
        (3, "median: 42, ", "", "a lognormal quantity needs 'median'"),
        (4, "level: patient", "level: pateint", "did you mean 'patient'"),
    ],
)
def test_fault_of_a_population_is_one_line(folder, number, old, new, words):
    write(folder, "populations", f"mine{number}", POPULATION.replace(old, new))
    (found,) = faults(catalog.population, f"mine{number}")
    assert found.startswith(f"data/populations/mine{number}.yaml:6: parameters.doubling_time") and words in found


def test_bad_file_is_one_line_and_hides_no_other(folder, capsys):
    write(folder, "drugs", "broken", DRUG.replace("kind: on_off", "kind: onoff"))
    write(folder, "drugs", "sound", DRUG.replace("newtinib", "sound"))
    assert main(["drugs"]) == 2
    out, complaint = capsys.readouterr()
    assert "sorafenib" in out and "sound" in out and "broken" not in out
    (line,) = complaint.splitlines()
    assert line.startswith("data/drugs/broken.yaml:13: effects[0].kind: 'onoff' is not one of concentration, on_off")
    assert catalog.drug("nexavar").name == "sorafenib"


def test_user_can_add_a_reference(folder):
    write(folder, "references", "mine", "key2026: {authors: A Author, title: A title, year: 2026}\n")
    catalog.reference_list._entries.cache_clear()
    assert catalog.reference("key2026").title == "A title"
    catalog.reference_list._entries.cache_clear()


def test_listing_models_runs_no_file_of_the_users(folder, capsys):
    (folder / "models").mkdir()
    (folder / "models" / "evil.py").write_text("raise SystemExit('I was run')\n")
    write(folder, "models", "evil", "name: evil\ntitle: Never run\nparameters: {}\n")
    assert main(["models"]) == 0
    out, complaint = capsys.readouterr()
    assert "Never run" in out and not complaint
