"""One registry for every kind of extension: shipped files, folders of the user's, names used twice, broken files."""

import pytest

from ossim import registry
from ossim.errors import InputError, UnknownNameError


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder of a user's."""
    monkeypatch.setenv("OSSIM_PATH", str(tmp_path))
    (tmp_path / "strategies").mkdir()
    return tmp_path


def test_names_are_sorted_and_without_suffix():
    found = registry.names(registry.DRUG)
    assert "sorafenib" in found
    assert list(found) == sorted(found)


def test_private_files_are_left_out():
    assert not [name for kind in registry.KINDS for name in registry.names(kind) if name.startswith("_")]


def test_kind_without_a_folder_holds_nothing():
    assert registry.names(registry.Kind("hat", "data/hats", "hats")) == ()


def test_unknown_name_is_refused_with_the_nearest():
    with pytest.raises(UnknownNameError, match="unknown strategy 'sequense'; did you mean 'sequence'"):
        registry.path(registry.STRATEGY, "sequense")


def test_file_of_the_users_adds_a_name_and_is_announced(folder, caplog):
    (folder / "strategies" / "mine.py").write_text("STRATEGY = 3\n")
    assert "mine" in registry.names(registry.STRATEGY)
    assert registry.of_user(registry.STRATEGY, "mine")
    assert not caplog.messages, "listing runs nothing"
    assert registry.load(registry.STRATEGY, "mine") == 3
    assert caplog.messages == [f"ossim: running {folder / 'strategies' / 'mine.py'}"]


def test_name_used_twice_is_refused_with_both_places(folder):
    (folder / "strategies" / "fixed.py").write_text("STRATEGY = 3\n")
    with pytest.raises(InputError, match=r"strategy 'fixed' is there twice: .* and .*; rename one of them"):
        registry.load(registry.STRATEGY, "fixed")
    assert registry.load(registry.STRATEGY, "sequence"), "nothing else is hidden"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("import sys\nx = 1 / 0\n", 2, "ZeroDivisionError: division by zero"),
        ("a = 1\ndef f(:\n", 2, "SyntaxError"),
        ("raise SystemExit(3)\n", 1, "SystemExit: 3"),
        ("import nothing_of_this_name\n", 1, "ModuleNotFoundError"),
        ("STRATGY = 1\n", 0, "defines no STRATEGY"),
    ],
)
def test_broken_file_is_one_line_with_its_place(folder, text, line, words):
    place = folder / "strategies" / "broken.py"
    place.write_text(text)
    with pytest.raises(InputError) as raised:
        registry.load(registry.STRATEGY, "broken")
    (fault,) = raised.value.faults
    assert str(fault).startswith(f"{place}:{line}: " if line else f"{place}: ")
    assert words in fault.message
    assert "fixed" in registry.names(registry.STRATEGY)
