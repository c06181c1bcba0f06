"""Every data file parses, and every number in it carries unit, source and evidence tier."""

from importlib import resources
from numbers import Real

import pytest
from ruamel.yaml import YAML

from ossim.catalog import TIERS, model_parameters, references

UNITS = {
    "1", "day", "1/day", "L", "L/day", "mm", "mm^3", "nM", "mg/L", "mg h/L", "g/mol", "kg", "cm", "m^2", "year",
}  # fmt: skip
PRINTED_UNITS = {"1/h", "L/h", "h", "cm", "cm^3"}
ROOT = resources.files("ossim") / "data"


def data_files(place, prefix=""):
    for entry in place.iterdir():
        if entry.is_dir():
            yield from data_files(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(".yaml"):
            yield prefix + entry.name


FILES = sorted(data_files(ROOT))
OWN_FOLDERS = ("drugs/", "models/osteosarcoma_patient", "populations/", "targets/", "trials/")
FACTS = [name for name in FILES if name.startswith(OWN_FOLDERS)]
MODELS = [name for name in FILES if name.startswith("models/")]


@pytest.fixture(scope="module")
def content():
    return {name: YAML(typ="safe", pure=True).load((ROOT / name).read_text(encoding="utf-8")) for name in FILES}


def leaves(node, path=""):
    """Yield (path, mapping) for every mapping that states an evidence tier."""
    if isinstance(node, dict):
        if "tier" in node:
            yield path, node
        for key, item in node.items():
            yield from leaves(item, f"{path}.{key}")
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from leaves(item, f"{path}[{index}]")


def mappings(node):
    if isinstance(node, dict):
        yield node
        for item in node.values():
            yield from mappings(item)
    elif isinstance(node, list):
        for item in node:
            yield from mappings(item)


def test_all_folders_are_there():
    folders = {name.split("/")[0] for name in FILES if "/" in name}
    assert folders >= {"drugs", "models", "populations", "targets", "trials"}


@pytest.mark.parametrize("name", FILES)
def test_file_holds_a_mapping(content, name):
    assert isinstance(content[name], dict)
    assert content[name]


@pytest.mark.parametrize("name", [*FACTS, *MODELS])
def test_file_is_called_by_its_name(content, name):
    assert content[name]["name"] == name.rsplit("/", 1)[1].removesuffix(".yaml")


@pytest.mark.parametrize("name", [*FACTS, *MODELS])
def test_every_fact_states_its_evidence(content, name):
    """Assumed needs a note, derived a formula, and every fact a known tier and a source."""
    for path, leaf in leaves(content[name]):
        assert leaf["tier"] in TIERS, path
        assert leaf.get("source"), path
        assert leaf["tier"] != "assumed" or leaf.get("note"), path
        assert leaf["tier"] != "derived" or leaf.get("formula"), path


@pytest.mark.parametrize("name", FILES)
def test_every_source_is_a_reference(content, name):
    known = set(references())
    for mapping in mappings(content[name]):
        for key in ("source", "reference"):
            if isinstance(mapping.get(key), str):
                assert mapping[key] in known


@pytest.mark.parametrize("name", FACTS)
def test_numbers_have_a_canonical_unit(content, name):
    for path, leaf in leaves(content[name]):
        if isinstance(leaf.get("value"), Real) and "between" not in leaf:
            assert leaf["unit"] in UNITS, path
        if isinstance(leaf.get("printed"), dict):
            assert leaf["printed"]["unit"] in PRINTED_UNITS, path


@pytest.mark.parametrize("name", FACTS)
def test_values_lie_inside_their_bounds(content, name):
    for path, leaf in leaves(content[name]):
        if "bounds" in leaf:
            low, high = leaf["bounds"]
            assert low <= leaf["value"] <= high, path


@pytest.mark.parametrize("name", MODELS)
def test_every_parameter_of_a_model_is_described_and_bounded(content, name):
    for key, leaf in content[name]["parameters"].items():
        assert leaf["unit"], key
        assert leaf["description"], key
        low, high = leaf["bounds"]
        assert low <= model_parameters(content[name]["name"])[key].value <= high, key
        assert "value" in leaf or {"convert", "printed"} <= set(leaf), key


@pytest.mark.parametrize("name", MODELS)
def test_sets_of_a_model_change_parameters_that_it_has(content, name):
    for entry in (content[name].get("sets") or {}).values():
        assert entry["title"]
        assert set(entry["parameters"]) <= set(content[name]["parameters"])


@pytest.mark.parametrize("name", [*FACTS, *MODELS])
def test_recalled_values_say_so(content, name):
    for path, leaf in leaves(content[name]):
        if leaf["source"] == "recalled":
            assert leaf["tier"] == "assumed", path
            assert "recalled" in leaf["note"], path
