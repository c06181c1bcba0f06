"""Reading YAML: what is a number, where each key stands, and what is refused."""

from __future__ import annotations

import math
import time

import pytest

from ossim.errors import InputError
from ossim.sections.text import MAX_BYTES, dump, parse, parse_value, read_text

REFUSAL_SECONDS = 2.0  # a hostile file must not cost more than a moment


def faults_of(text):
    """All faults of a text, whether it could be read past them or not."""
    try:
        return list(parse(text, "c.yaml").faults)
    except InputError as error:
        return list(error.faults)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("no", "no"),
        ("on", "on"),
        ("012", 12),
        ("1e-3", 0.001),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("2021-01-01", "2021-01-01"),
        ("'12'", "12"),
        ("~", None),
        ("", None),
        ("true", True),
        ("0x10", "0x10"),
        (".5", 0.5),
        ("+7", 7),
        ("-.inf", -math.inf),
    ],
)
def test_scalar_follows_the_yaml_1_2_core_schema(written, read):
    value = parse(f"a: {written}\n", "c.yaml").data["a"]
    assert (value, type(value)) == (read, type(read))


def test_nan_is_read_as_nan():
    assert math.isnan(parse("a: .nan\n", "c.yaml").data["a"])


def test_every_key_and_item_has_its_line():
    lines = parse("a: 1\nb:\n  c:\n    - x\n    - y\n  d: 2\n", "c.yaml").lines
    assert lines == {("a",): 1, ("b",): 2, ("b", "c"): 3, ("b", "c", 0): 4, ("b", "c", 1): 5, ("b", "d"): 6}


def test_place_without_line_gets_that_of_what_encloses_it():
    assert parse("a: 1\nb:\n  c: 2\n", "c.yaml").line(("b", "x", 3)) == 2


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("a: 1\nb: !!python/object/apply:os.system [ls]\n", 2, "tag"),
        ("a: 1\nb: !local x\n", 2, "tag"),
        ("a: &x 1\n", 1, "anchor"),
        ("a: 1\nb: *x\n", 2, "alias"),
        ("a: 1\nb:\n  <<: {c: 1}\n", 3, "merge"),
        ("a: 1\nb: 2\na: 3\n", 3, "duplicate key 'a' (first on line 1)"),
        ("a: 1\n---\nb: 2\n", 2, "second document"),
        ("a:\n\tb: 1\n", 2, "tab"),
        ("a: 1\n b: 2\n", 2, "indent"),
        ("a: [1, 2\n", 2, "bracket"),
        ("a: 'x\n", 2, "quote"),
        ("- a\nb: 1\n", 2, "indent"),
        ("", 1, "empty"),
        ("# only a comment\n", 1, "empty"),
        ("? [a]\n: 1\n", 1, "plain text"),
        ("a: 1\nb: x\u202ey\n", 2, "U+202E"),
        ("a: 1\nb: \x07\n", 2, "U+0007"),
        ('a: "\\x00"\n', 1, "U+0000"),
        ("a: " + "9" * 10_000 + "\n", 1, "digits"),
        ("a: @x\n", 1, "@"),
    ],
)
def test_what_has_no_place_in_a_config_is_refused_with_its_line(text, line, word):
    (fault,) = faults_of(text)
    assert fault.line == line
    assert word in fault.message


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_depth_bomb_is_refused_at_once(opening):
    started = time.monotonic()
    (fault,) = faults_of(opening * 100_000)
    assert "deeper" in fault.message or "values" in fault.message
    assert time.monotonic() - started < REFUSAL_SECONDS


def test_alias_bomb_is_never_expanded():
    bomb = "a: &a [x, x]\n" + "".join(f"k{i}: &k{i} [*a, *a, *a]\n" for i in range(30))
    started = time.monotonic()
    assert len(faults_of(bomb)) > 30
    assert time.monotonic() - started < REFUSAL_SECONDS


def test_too_many_values_are_refused_at_once():
    started = time.monotonic()
    (fault,) = faults_of("a: [" + "1," * 200_000 + "]\n")
    assert "values" in fault.message
    assert time.monotonic() - started < REFUSAL_SECONDS


def test_large_file_is_refused_unread(tmp_path):
    path = tmp_path / "c.yaml"
    path.write_bytes(b"a" * (MAX_BYTES + 1))
    with pytest.raises(InputError, match="at most"):
        read_text(path)


def test_other_encoding_is_refused_with_its_line(tmp_path):
    path = tmp_path / "c.yaml"
    path.write_bytes("a: 1\nb: é\n".encode("latin-1"))
    with pytest.raises(InputError, match=r"c\.yaml:2: is not UTF-8"):
        read_text(path)


@pytest.mark.parametrize("name", ["missing.yaml", ".", "/dev/zero", "a\x00b"])
def test_what_is_no_file_is_refused(name, tmp_path):
    with pytest.raises(InputError):
        read_text(tmp_path / name)


def test_what_is_dumped_reads_back_equal():
    data = {"a": "012", "b": {"c": "1e3", "d": 1e-6, "e": [True, None, "yes", "", "- x: y", "é"]}, "f": {}}
    assert parse(dump(data), "c.yaml").data == data


@pytest.mark.parametrize(("text", "value"), [("200 mg", "200 mg"), ("100", 100), ("[a, 1]", ["a", 1])])
def test_value_of_an_option_is_read_like_a_value_of_a_config(text, value):
    assert parse_value(text, "--set") == value


def test_value_of_an_option_is_one_value():
    with pytest.raises(InputError):
        parse_value("1\nother: 2", "--set")
