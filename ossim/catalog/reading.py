"""Reads one data file into plain dictionaries, once, and turns leaves into quantities with a source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ossim import errors, registry
from ossim.catalog.files import DrugFile, PopulationFile, TrialFile
from ossim.sections.base import Section
from ossim.sections.faults import check
from ossim.sections.text import parse, read_text


@dataclass(frozen=True)
class Quantity:
    """A number in canonical units, where it comes from, and how far to trust it."""

    value: float
    unit: str
    source: str
    tier: str
    note: str = ""
    formula: str = ""
    printed: Mapping[str, Any] | None = None
    bounds: tuple[float, float] | None = None


_KINDS = MappingProxyType(
    {kind.shipped.removeprefix("data/"): kind for kind in registry.KINDS if kind.suffix == ".yaml"}
)


def _file(folder: str, name: str) -> Path:
    if folder in _KINDS:
        return registry.path(_KINDS[folder], name)
    return registry.PACKAGE / "data" / folder / f"{name}.yaml"


@cache
def load(folder: str, name: str) -> Mapping[str, Any]:
    """Return the content of ``data/<folder>/<name>.yaml``; `folder` may be empty.

    Raises
    ------
    InputError
        The file, which may be the user's, is not well-formed or does not hold what such a file holds: each fault with
        line, key and nearest name.
    """
    place = _file(folder, name)
    shown = f"data/{folder}/{name}.yaml" if folder else f"data/{name}.yaml"
    text = parse(read_text(place), shown)
    if folder in FILES:
        check(FILES[folder], text)
    elif text.faults or not isinstance(text.data, dict):
        raise errors.InputError(*(text.faults or (errors.Fault(shown, 1, "", "must hold keys and values"),)))
    return MappingProxyType(text.data)


#: folder -> what its files hold
FILES: Mapping[str, type[Section]] = MappingProxyType(
    {"drugs": DrugFile, "trials": TrialFile, "populations": PopulationFile}
)


def listed(folder: str) -> tuple[str, ...]:
    """Return the names of the data files in `folder`, sorted."""
    return registry.names(_KINDS[folder])


def resolve(kind: str, folder: str, name: str) -> str:
    """Return the file name that `name` or one of its aliases means, whatever its case.

    Raises
    ------
    UnknownNameError
        No file of `folder` has this name or alias.
    """
    choices = listed(folder)
    wanted = _plain(name)
    if wanted in choices:
        return wanted
    aliases = alias_table(folder)
    if wanted in aliases:
        return aliases[wanted]
    raise errors.unknown(kind, name, (*choices, *aliases))


@cache
def alias_table(folder: str) -> Mapping[str, str]:
    """Return alias -> file name over the files of `folder`; those that cannot be read have none."""
    found: dict[str, str] = {}
    for name in listed(folder):
        with suppress(errors.InputError):
            found |= {_plain(alias): name for alias in load(folder, name).get("aliases", ())}
    return MappingProxyType(found)


def maybe_quantity(leaf: Mapping[str, Any] | None) -> Quantity | None:
    """Return a leaf as a `Quantity`, or None for a blank."""
    return None if leaf is None else quantity(leaf)


def quantity(leaf: Mapping[str, Any]) -> Quantity:
    """Return the leaf ``{value, unit, source, tier, ...}`` as a `Quantity`."""
    return Quantity(
        value=float(leaf["value"]),
        unit=leaf["unit"],
        source=leaf["source"],
        tier=leaf["tier"],
        note=leaf.get("note", ""),
        formula=leaf.get("formula", ""),
        printed=leaf.get("printed"),
        bounds=pair(leaf.get("bounds")),
    )


def pair(bounds: Sequence[float] | None) -> tuple[float, float] | None:
    """Return bounds as two numbers, None where there are none."""
    return (float(bounds[0]), float(bounds[1])) if bounds else None


def _plain(name: str) -> str:
    return "_".join(str(name).strip().lower().replace("-", " ").replace("_", " ").split())
