"""A folder of the package lists its own files."""

import pytest

from ossim import registry


def test_names_are_sorted_and_without_suffix():
    found = registry.names("ossim", "data/drugs", ".yaml")
    assert "sorafenib" in found
    assert list(found) == sorted(found)


def test_private_modules_are_left_out():
    found = registry.names("ossim", "catalog", ".py")
    assert "drugs" in found
    assert "__init__" not in found


def test_missing_folder_holds_nothing():
    assert registry.names("ossim", "data/no_such_folder", ".yaml") == ()


def test_text_of_a_file():
    assert registry.read_text("ossim", "data/drugs/sorafenib.yaml").startswith("name: sorafenib")


def test_missing_file_is_an_error():
    with pytest.raises(FileNotFoundError):
        registry.read_text("ossim", "data/drugs/no_such_drug.yaml")
