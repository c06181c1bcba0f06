"""A Scenario: one virtual trial, validated, frozen, in canonical units; read from a file or from text."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ossim.config import overrides
from ossim.config.parts import Arm, Cohort, Comparison, Output, Solver, Sweep, Visits
from ossim.config.resolve import one_line, resolve
from ossim.config.schema import SpaceSection
from ossim.config.text import ConfigText, dump, parse, read_text
from ossim.config.unresolve import model_config, trial_config
from ossim.errors import Fault, InputError


@dataclass(frozen=True)
class Scenario:
    """Everything a run needs: arms, cohort, visits, seed; two scenarios with equal parts are equal.

    Doses, sizes and times are in canonical units (mg, mm, day). `source_text` is the config as written and takes no
    part in comparison; `sha256` identifies the meaning, not the wording.
    """

    name: str = field(compare=False)
    title: str
    model: str
    seed: int
    cohort: Cohort
    arms: tuple[Arm, ...]
    visits: Visits
    pharmacokinetics: str
    new_lesions: str
    solver: Solver
    output: Output
    comparisons: tuple[Comparison, ...]
    figures: tuple[str, ...]
    sweep: Sweep | None
    space: SpaceSection | None
    source_path: str = field(compare=False)
    source_text: str = field(compare=False, repr=False)

    def __hash__(self) -> int:
        return hash(self.sha256)

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the resolved config: equal for equal scenarios, however they were written."""
        return _sha256(self.resolved())

    def resolved(self) -> dict[str, Any]:
        """Return the config with every default written out; it loads to an equal Scenario."""
        return trial_config(self)

    def with_overrides(self, changes: Mapping[str, Any], origin: str = "--set") -> Scenario:
        """Return the Scenario with single values changed, validated like a config file.

        Parameters
        ----------
        changes : dotted path (``arms.a.regimen``, ``arms.a.dose``, ``cohort.size``) or parameter name -> value
        origin : what a fault names as its file

        Raises
        ------
        InputError
            A path leads nowhere or a value is refused.
        """
        return _changed(self, changes, origin)


@dataclass(frozen=True)
class ModelRun:
    """One run of a published model: what `ossim.simulate` is called with, and where it was written."""

    name: str = field(compare=False)
    title: str
    model: str
    times: tuple[float, ...]
    initial: Mapping[str, float]
    parameter_set: str | None
    parameters: Mapping[str, float | tuple[float, ...]]
    doses: tuple[Mapping[str, Any], ...]
    rtol: float
    atol: float
    observations: tuple[str, ...]
    show: tuple[str, ...]
    figures: tuple[str, ...]
    space: SpaceSection | None
    source_path: str = field(compare=False)
    source_text: str = field(compare=False, repr=False)

    def __hash__(self) -> int:
        return hash(self.sha256)

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the resolved config."""
        return _sha256(self.resolved())

    def resolved(self) -> dict[str, Any]:
        """Return the config with every default written out; it loads to an equal ModelRun."""
        return model_config(self)

    def with_overrides(self, changes: Mapping[str, Any], origin: str = "--set") -> ModelRun:
        """Return the run with single values changed, validated like a config file."""
        return _changed(self, changes, origin)


def load(path: str | Path) -> Scenario | ModelRun:
    """Read a config file.

    Returns
    -------
    Scenario, or for a config of a published model a `ModelRun`.

    Raises
    ------
    InputError
        With every fault of the file, one line each.
    """
    return _build(parse(read_text(path), str(path)), Path(path).stem, str(path))


def loads(text: str, name: str = "config") -> Scenario | ModelRun:
    """Read a config from `text`; `name` stands in for the file name."""
    return _build(parse(text, name), Path(name).stem, "")


def _changed(config: Scenario | ModelRun, changes: Mapping[str, Any], origin: str) -> Any:
    try:
        data = overrides.apply(config.resolved(), changes)
    except InputError as error:
        keys = ", ".join(changes)
        raise InputError(*(_located(error, fault, origin, keys) for fault in error.faults)) from None
    text = ConfigText(origin, dump(data), data, {(): 0}, (), frozenset())
    return _build(text, config.name, config.source_path)


def _located(error: InputError, fault: Fault | str, origin: str, key: str) -> Fault:
    return fault if isinstance(fault, Fault) else Fault(origin, 0, key, one_line(error, fault))


def _build(text: ConfigText, name: str, source_path: str) -> Scenario | ModelRun:
    parts = resolve(text)
    kind = Scenario if "arms" in parts else ModelRun
    return kind(**parts, name=name, source_path=source_path, source_text=text.text)


def _sha256(resolved: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(resolved).encode()).hexdigest()
