"""Exceptions of `ossim`, and the one-line form in which every fault reaches the user."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST_LINE = 300


def shorten(text: str, length: int = 60) -> str:
    """Cut `text` to one line of at most `length` characters."""
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 3] + "..."


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong with an input, printed as ``file:line: key: message``."""

    file: str
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.key}: {self.message}" if self.key else f"{where}: {self.message}"


class OssimError(Exception):
    """Base of every error `ossim` raises on purpose."""


class InputError(OssimError, ValueError):
    """Bad input of a user: one or more faults, one line each."""

    def __init__(self, *faults: Fault | str):
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in faults))

    def brief(self, number: int = 0) -> str:
        """Return fault `number` in one line, without file, line and key."""
        fault = self.faults[number]
        return shorten(fault.message if isinstance(fault, Fault) else str(fault).splitlines()[0], LONGEST_LINE)


class UnknownNameError(InputError, KeyError):
    """A name that the catalogue does not hold."""

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


class OutputExistsError(OssimError):
    """A result would be overwritten without leave."""


class InterruptedReportError(OssimError):
    """A result was kept, and what is computed from it was interrupted."""


class FailedRunsError(OssimError):
    """An analysis met runs whose status is not ok."""


def nearest(name: object, choices: Iterable[str]) -> str:
    """Return ``"; did you mean 'x'?"`` for the closest of `choices`, or an empty string."""
    lowered = {choice.lower(): choice for choice in choices}
    close = difflib.get_close_matches(str(name).lower(), lowered, n=1, cutoff=0.5)
    return f"; did you mean '{lowered[close[0]]}'?" if close else ""


def unknown(kind: str, name: object, choices: Iterable[str]) -> UnknownNameError:
    """Build the error for an unknown `kind` called `name`, naming the nearest valid one."""
    choices = sorted(choices)
    if not choices:
        return UnknownNameError(f"unknown {kind} '{name}'; there is none")
    hint = nearest(name, choices) or f"; known: {', '.join(choices[:12])}{', ...' if len(choices) > 12 else ''}"
    return UnknownNameError(f"unknown {kind} '{name}'{hint}")
