"""The literature behind the data: one `Reference` per source key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from ossim import errors
from ossim.catalog.reading import listed, load


@dataclass(frozen=True)
class Reference:
    """A publication, label or own calibration that a data file names as its source."""

    key: str
    authors: str
    title: str
    journal: str = ""
    year: int | None = None
    doi: str = ""
    pmid: str = ""
    pmcid: str = ""
    note: str = ""

    def __str__(self) -> str:
        parts = [f"{self.authors}. {self.title}."]
        if self.journal:
            parts.append(f"{self.journal}{f' ({self.year})' if self.year else ''}.")
        parts += [f"doi:{self.doi}"] if self.doi else []
        parts += [self.note.strip()] if self.note else []
        return " ".join(parts)


@cache
def _entries() -> Mapping[str, Mapping[str, Any]]:
    """All references: of the common file, those that models bring with them, and those of the user's files."""
    own = [load("models", name).get("references") or {} for name in listed("models")]
    own += [load("references", name) for name in listed("references")]
    return MappingProxyType({key: entry for part in (*own, load("", "references")) for key, entry in part.items()})


def references() -> tuple[str, ...]:
    """Return every source key, sorted."""
    return tuple(sorted(_entries()))


@cache
def reference(key: str) -> Reference:
    """Return the reference called `key`.

    Raises
    ------
    UnknownNameError
        No reference has this key.
    """
    common = load("", "references")
    entries = common if key in common else _entries()  # reading every model takes time
    if key not in entries:
        raise errors.unknown("reference", key, entries)
    fields: dict[str, Any] = {name: str(x) if name == "pmid" else x for name, x in entries[key].items()}
    return Reference(key=key, **fields)
