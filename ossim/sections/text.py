"""From the bytes of a YAML file to plain Python values, each with the line it stands on.

The text is read as an event stream, so nothing is ever built from a tag, an alias is never followed
and nesting is counted before it is entered. Plain scalars follow the YAML 1.2 core schema with decimal numbers only:
``no``, ``on``, ``12:30``, ``1_000``, ``0x10`` and ``2021-01-01`` are text, ``012`` is twelve, ``1e-3`` is a number.
"""

from __future__ import annotations

import io
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML, events
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from ossim.errors import Fault, InputError
from ossim.sections.base import Location

MAX_BYTES = 1_000_000
MAX_DEPTH = 20
MAX_VALUES = 20_000
MAX_DIGITS = 300

_NULL = re.compile(r"~|null|Null|NULL|")
_TRUE = re.compile(r"true|True|TRUE")
_FALSE = re.compile(r"false|False|FALSE")
_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"([-+]?)\.(?:inf|Inf|INF)")
_NAN = re.compile(r"\.(?:nan|NaN|NAN)")
_INVISIBLE = ("Cc", "Cf", "Cs", "Co")


@dataclass(frozen=True)
class SectionText:
    """A file as plain values, with the line of every key and list item."""

    name: str
    text: str
    data: Any
    lines: Mapping[Location, int]
    faults: tuple[Fault, ...]
    broken: frozenset[Location]

    def line(self, location: Location) -> int:
        """Return the line of `location`, or of the nearest thing that encloses it."""
        while location and location not in self.lines:
            location = location[:-1]
        return self.lines.get(location, 1)


def key_text(location: Location) -> str:
    """Write a location as the reader would: ``arms.a.lines[1]``."""
    out = ""
    for step in location:
        out += f"[{step}]" if isinstance(step, int) else (f".{step}" if out else step)
    return out


def read_text(path: str | Path) -> str:
    """Return the text of a file.

    Raises
    ------
    InputError
        The file is missing, not a regular file, too large or not UTF-8.
    """
    path = Path(path)
    try:
        if not path.is_file():
            raise InputError(Fault(str(path), 0, "", "is a folder" if path.is_dir() else "no such file"))
        size = path.stat().st_size
        raw = path.read_bytes() if size <= MAX_BYTES else b""
    except InputError:
        raise
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(Fault(str(path), 0, "", f"cannot be read: {reason}")) from None
    if size > MAX_BYTES:
        raise InputError(Fault(str(path), 0, "", f"is {size:,} bytes; a config holds at most {MAX_BYTES:,}"))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = f"is not UTF-8 text (byte 0x{raw[error.start]:02x}); save the file as UTF-8"
        raise InputError(Fault(str(path), line, "", message)) from None


def parse(text: str, name: str) -> SectionText:
    """Read `text` as one YAML 1.2 document; `name` is how faults call it.

    Returns
    -------
    SectionText
        Faults one can read past (duplicate keys, tags, anchors, aliases) are collected in `faults`,
        and `broken` holds the places whose value is not to be trusted.

    Raises
    ------
    InputError
        The text is no YAML, too deep, too large, empty or more than one document.
    """
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise InputError(Fault(name, 0, "", f"a config holds at most {MAX_BYTES:,} bytes"))
    builder = _Builder(name)
    try:
        data = builder.document(YAML(typ="safe", pure=True).parse(io.StringIO(text)))
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        builder.add(line, (), f"control character U+{_code(error.character):04X} is not allowed")
        raise InputError(*builder.faults) from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        builder.add(mark.line + 1 if mark else 0, (), _syntax_message(error))
        raise InputError(*builder.faults) from None
    except (YAMLError, ValueError, AssertionError, IndexError, AttributeError) as error:
        if isinstance(error, InputError):
            raise
        builder.add(0, (), f"not valid YAML: {str(error).splitlines()[0] if str(error) else 'unreadable'}")
        raise InputError(*builder.faults) from None
    return SectionText(name, text, data, builder.lines, tuple(builder.faults), frozenset(builder.broken))


def parse_value(text: str, name: str) -> Any:
    """Read one value as it would stand behind a key of a config (``--set key=value``)."""
    try:
        config = parse(f"value: {text}\n", name)
    except InputError as error:
        # The line is that of the text made here, which the user never saw.
        raise InputError(*(Fault(name, 0, "", error.brief(number)) for number in range(len(error.faults)))) from None
    if config.faults or set(config.data) != {"value"}:
        messages = [fault.message for fault in config.faults] or [f"'{text}' is not one value"]
        raise InputError(*(Fault(name, 0, "", message) for message in messages))
    return config.data["value"]


def dump(data: Mapping[str, Any]) -> str:
    """Write plain values as YAML text that `parse` reads back to equal values."""
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    yaml.width = 110
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]  # its stub says None
    stream = io.StringIO()
    yaml.dump(dict(data), stream)
    return stream.getvalue()


class _Builder:
    """Builds plain values from events, holding the faults and lines met on the way."""

    def __init__(self, name: str):
        self.name = name
        self.lines: dict[Location, int] = {}
        self.faults: list[Fault] = []
        self.broken: set[Location] = set()
        self.values = 0

    def add(self, line: int, location: Location, message: str) -> None:
        if location not in self.broken or not location:
            self.faults.append(Fault(self.name, line, key_text(location), message))
            self.broken.add(location)

    def stop(self, line: int, location: Location, message: str) -> None:
        self.add(line, location, message)
        raise InputError(*self.faults)

    def document(self, stream: Iterator[Any]) -> Any:
        data: Any = None
        seen = False
        for event in stream:
            if isinstance(event, events.DocumentStartEvent) and seen:
                self.stop(event.start_mark.line + 1, (), "a second document starts here; a config is one document")
            if isinstance(event, events.NodeEvent):
                data, seen = self.value(event, stream, ()), True
        if not seen or data is None:
            self.stop(1, (), "the config is empty; 'ossim validate --schema' lists its keys")
        return data

    def value(self, event: Any, stream: Iterator[Any], location: Location) -> Any:
        line = event.start_mark.line + 1
        self.values += 1
        if self.values > MAX_VALUES:
            self.stop(line, location, f"more than {MAX_VALUES:,} values in one config")
        if isinstance(event, events.AliasEvent):
            self.add(line, location, f"alias '*{event.anchor}' is not allowed; write the value out")
            return None
        if event.anchor:
            self.add(line, location, f"anchor '&{event.anchor}' is not allowed; write the value out where it is used")
        if event.tag:
            self.add(line, location, f"tag '{event.tag}' is not allowed; a config holds plain values only")
        if isinstance(event, events.ScalarEvent):
            return self.scalar(event, line, location)
        if len(location) >= MAX_DEPTH:
            self.stop(line, location[:2], f"nested deeper than {MAX_DEPTH} levels")
        if isinstance(event, events.SequenceStartEvent):
            return self.sequence(stream, location)
        return self.mapping(stream, location)

    def sequence(self, stream: Iterator[Any], location: Location) -> list[Any]:
        out: list[Any] = []
        for event in stream:
            if isinstance(event, events.SequenceEndEvent):
                break
            inner = (*location, len(out))
            self.lines[inner] = event.start_mark.line + 1
            out.append(self.value(event, stream, inner))
        return out

    def mapping(self, stream: Iterator[Any], location: Location) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for event in stream:
            if isinstance(event, events.MappingEndEvent):
                break
            line = event.start_mark.line + 1
            if not isinstance(event, events.ScalarEvent):
                self.stop(line, location, "a key must be plain text")
            key = event.value
            inner = (*location, key)
            if _invisible(key) or event.tag or event.anchor:
                self.stop(line, location, "a key must be plain text, without tag, anchor or invisible characters")
            refused = inner in self.lines
            if refused:
                self.add(line, inner, f"duplicate key '{key}' (first on line {self.lines[inner]})")
            elif key == "<<":
                refused = True
                self.add(line, inner, "merge keys are not allowed; write the values out")
            self.lines.setdefault(inner, line)
            value = self.value(next(stream), stream, inner)
            if not refused:
                out[key] = value
        return out

    def scalar(self, event: events.ScalarEvent, line: int, location: Location) -> Any:
        text = event.value
        if _invisible(text):
            self.add(line, location, f"invisible character {_invisible(text)} is not allowed in a value")
        if event.style not in (None, ""):
            return text
        value = _core_schema(text)
        if isinstance(value, (int, float)) and len(text) > MAX_DIGITS:
            self.add(line, location, f"a number of {len(text)} digits")
            return 0
        return value


def _core_schema(text: str) -> Any:
    if len(text) > MAX_DIGITS:
        return 0 if _INT.fullmatch(text) else text
    if _NULL.fullmatch(text):
        return None
    if _TRUE.fullmatch(text) or _FALSE.fullmatch(text):
        return text.lower() == "true"
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    if match := _INFINITE.fullmatch(text):
        return -math.inf if match[1] == "-" else math.inf
    return math.nan if _NAN.fullmatch(text) else text


def _invisible(text: str) -> str:
    """Return the name of the first control or direction-changing character, or an empty string."""
    for character in text:
        if unicodedata.category(character) in _INVISIBLE and character not in "\n\t":
            return f"U+{ord(character):04X}"
    return ""


def _code(character: Any) -> int:
    return character if isinstance(character, int) else ord(str(character)[0])


def _syntax_message(error: MarkedYAMLError) -> str:
    problem = (error.problem or "unreadable").replace("'\\t'", "tab")
    if "tab" in problem:
        return "a tab where YAML wants spaces; indent with spaces"
    hints = {
        "mapping values are not allowed here": "a second ':' on the line or a wrong indent",
        "found unexpected end of stream": "a quote is never closed",
        "could not find expected ':'": "a key without ':'",
        "expected <block end>": "the indent does not match the lines above",
        "expected ',' or": "a bracket is never closed",
    }
    hint = next((text for start, text in hints.items() if problem.startswith(start)), "")
    return f"not valid YAML: {hint or problem}"
