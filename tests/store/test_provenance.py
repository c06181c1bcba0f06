"""Where a result comes from, and that it is stored whole or not at all."""

from __future__ import annotations

import csv
import errno
import json
import os

import numpy as np
import pytest
import xarray as xr

from ossim.config import scenario
from ossim.errors import InputError, OutputExistsError
from ossim.store import folder as store
from ossim.store import provenance

CONFIG = """\
cohort: {size: 3}
arms: {a: {regimen: none}}
visits: {every: 8 weeks, until: 1 year}
"""


@pytest.fixture
def small():
    return scenario.loads(CONFIG, "small.yaml")


@pytest.fixture
def dataset():
    values = np.array([[1.5, np.nan, -2.0]])
    status = np.zeros((1, 3), np.int8)
    return xr.Dataset(
        {
            "death_time": (("arm", "patient"), values, {"units": "day"}),
            "status": (("arm", "patient"), status, {"flag_values": np.array([0, 1], np.int8)}),
        },
        coords={"arm": ["a"], "patient": np.arange(3)},
        attrs={"seed": 1, "title": "small", store.MARK: "1"},
    )


def attributes(config, **facts):
    return provenance.root_attributes(config, started="2026-01-01T00:00:00Z", ended=provenance.now(), facts=facts)


def test_config_seed_and_hashes_are_recorded(small):
    found = attributes(small)
    assert (found["config"], found["seed"]) == (CONFIG, 1)
    assert found["config_sha256"] == provenance.text_sha256(CONFIG)
    assert found["scenario_sha256"] == small.sha256


def test_recorded_config_gives_the_same_scenario(small):
    assert scenario.loads(attributes(small)["config"], "small.yaml") == small


def test_conventions_notice_machine_and_versions_are_recorded(small):
    found = attributes(small)
    assert found["Conventions"] == "CF-1.11"
    assert "Research use only" in found["notice"]
    assert all(found[f"{name}_version"] for name in provenance.PACKAGES)
    assert found["cpu"]


def test_weakest_tier_and_sources_of_the_facts_are_recorded(small):
    found = attributes(small, b=("jain2011", "fitted"), a=("xie2017", "measured"))
    assert found["weakest_evidence_tier"] == "fitted"
    assert found["parameter_sources"] == "a: xie2017 (measured); b: jain2011 (fitted)"


@pytest.mark.parametrize(
    ("tiers", "weakest"),
    [
        (["measured", "assumed", "fitted"], "assumed"),
        (["measured", "derived"], "derived"),
        (["measured"], "measured"),
        ([], "unknown"),
    ],
)
def test_weakest_tier(tiers, weakest):
    assert provenance.weakest_tier(tiers) == weakest


def test_stored_dataset_reads_back_identical(dataset, tmp_path):
    with store.result_folder(tmp_path / "r") as work:
        store.write_dataset(dataset, work)
    xr.testing.assert_identical(store.open_result(tmp_path / "r"), dataset)


def test_stored_config_gives_the_same_scenario(small, tmp_path):
    path = store.write_config(small.resolved(), tmp_path)
    assert scenario.loads(path.read_text(), "small.yaml") == small


def test_endpoints_keep_every_digit_and_leave_gaps_empty(tmp_path):
    rows = [{"arm": "a", "value": 0.1 + 0.2}, {"arm": "b", "value": float("nan"), "n": 3}]
    with store.write_endpoints(rows, tmp_path).open() as stream:
        first, second = csv.DictReader(stream)
    assert float(first["value"]) == 0.1 + 0.2
    assert (first["n"], second["value"], second["n"]) == ("", "", "3")


def test_provenance_is_json(small, tmp_path):
    path = store.write_provenance(attributes(small), tmp_path)
    assert json.loads(path.read_text())["seed"] == 1


def fill(folder, text, **options):
    with store.result_folder(folder, **options) as work:
        (work / store.PROVENANCE).write_text(text)


def test_result_is_not_overwritten_without_force(tmp_path):
    fill(tmp_path / "r", "first")
    with pytest.raises(OutputExistsError, match="--force"):
        fill(tmp_path / "r", "second")
    assert (tmp_path / "r" / store.PROVENANCE).read_text() == "first"


def test_force_replaces_a_result(tmp_path):
    fill(tmp_path / "r", "first")
    fill(tmp_path / "r", "second", force=True)
    assert (tmp_path / "r" / store.PROVENANCE).read_text() == "second"
    assert [path.name for path in tmp_path.iterdir()] == ["r"]


def test_force_never_replaces_what_is_no_result(tmp_path):
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "thesis.txt").write_text("mine")
    with pytest.raises(OutputExistsError, match="no result of ossim"):
        fill(tmp_path / "r", "second", force=True)


def test_force_never_follows_a_link(tmp_path):
    fill(tmp_path / "r", "first")
    (tmp_path / "link").symlink_to(tmp_path / "r")
    with pytest.raises(OutputExistsError):
        fill(tmp_path / "link", "second", force=True)


def test_run_cut_short_leaves_nothing(tmp_path):
    with pytest.raises(KeyboardInterrupt), store.result_folder(tmp_path / "r") as work:
        (work / "half").write_text("x")
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["..", "../x", "/etc/x", "a/b", "", ".hidden", "a\\b", "a\x00", "a" * 200, "a b"])
def test_name_that_could_leave_the_folder_is_refused(name):
    with pytest.raises(InputError, match="safe name"):
        store.safe_name(name)


def test_unwritable_place_is_one_line(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises((InputError, OutputExistsError)) as raised:
        fill(tmp_path / "file" / "r", "x")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("content", [b"", b"not a file", b"\x89HDF\r\n\x1a\n" + b"\x00" * 100])
def test_what_is_no_result_is_one_line(content, tmp_path):
    path = tmp_path / "x.nc"
    path.write_bytes(content)
    with pytest.raises(InputError, match="cannot be read") as raised:
        store.open_result(path)
    assert "\n" not in str(raised.value)


def test_missing_result_is_one_line(tmp_path):
    with pytest.raises(InputError, match="no result here"):
        store.open_result(tmp_path)


def test_netcdf_of_another_program_is_no_result(dataset, tmp_path):
    del dataset.attrs[store.MARK]
    path = store.write_dataset(dataset, tmp_path)
    with pytest.raises(InputError, match="is not an ossim result"):
        store.open_result(path)


def test_force_spares_and_names_files_of_the_user(tmp_path):
    fill(tmp_path / "r", "first")
    (tmp_path / "r" / "mynotes.txt").write_text("mine")
    (tmp_path / "r" / store.FIGURES).mkdir()
    (tmp_path / "r" / store.FIGURES / "own.pdf").write_text("mine")
    with pytest.raises(OutputExistsError, match=r"figures/own.pdf, mynotes.txt"):
        fill(tmp_path / "r", "second", force=True)
    assert (tmp_path / "r" / "mynotes.txt").read_text() == "mine"


def test_full_disk_is_one_line_and_leaves_nothing(tmp_path):
    with (
        pytest.raises(InputError, match="cannot be written: No space left") as raised,
        store.result_folder(tmp_path / "r"),
    ):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert "\n" not in str(raised.value)
    assert list(tmp_path.iterdir()) == []
