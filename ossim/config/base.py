"""What every config is: a section with a name and a text, a hash of its meaning, and values that can be changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar, Self

from pydantic import PrivateAttr

from ossim.config import overrides
from ossim.errors import Fault, InputError
from ossim.sections.base import Location, Section
from ossim.sections.faults import check
from ossim.sections.text import SectionText, dump


class Config(Section):
    """A config, checked and frozen, in canonical units (mg, mm, day); two with equal meaning are equal.

    `source_text` is the config as written and takes no part in comparison; `sha256` identifies the meaning, not the
    wording.
    """

    #: where a bare name of a parameter belongs
    bare_names: ClassVar[Location] = ("parameters",)

    _name: str = PrivateAttr("config")
    _source_path: str = PrivateAttr("")
    _source_text: str = PrivateAttr("")

    @property
    def name(self) -> str:
        """Name of the file, without its ending."""
        return self._name

    @property
    def source_path(self) -> str:
        """Path of the file; empty for a config that was read from text."""
        return self._source_path

    @property
    def source_text(self) -> str:
        """The config as it was written."""
        return self._source_text

    @classmethod
    def read(cls, text: SectionText, name: str, path: str = "") -> Self:
        """Return the config that a text holds.

        Raises
        ------
        InputError
            With every fault, one line each.
        """
        found = check(cls, text)
        found._name, found._source_path, found._source_text = name, path, text.text
        return found

    def resolved(self) -> dict[str, Any]:
        """Return the config with every default written out; it loads to an equal one."""
        return self.written()

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the resolved config: equal for equal configs, however they were written."""
        return hashlib.sha256(json.dumps(self.resolved()).encode()).hexdigest()

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.sha256 == other.sha256  # type: ignore[attr-defined]

    def __hash__(self) -> int:
        return hash(self.sha256)

    def with_overrides(self, changes: Mapping[str, Any], origin: str = "--set") -> Self:
        """Return the config with single values changed, checked like a config file.

        Parameters
        ----------
        changes : dotted path (``arms.a.regimen``, ``arms.a.dose``, ``cohort.size``) or parameter name -> value
        origin : what a fault names as its file

        Raises
        ------
        InputError
            A path leads nowhere or a value is refused.
        """
        try:
            data = overrides.apply(self.resolved(), changes, tuple(type(self).model_fields), self.bare_names)
        except InputError as error:
            keys = ", ".join(changes)
            faults = (Fault(origin, 0, keys, error.brief(number)) for number in range(len(error.faults)))
            raise InputError(*faults) from None
        return self.read(SectionText(origin, dump(data), data, {(): 0}, (), frozenset()), self.name, self.source_path)
