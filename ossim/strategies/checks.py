"""The border between the run and a strategy: what a strategy plans and decides is checked before it is used."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ossim.dosing import Regimen
from ossim.errors import InputError, shorten
from ossim.sections.base import Section
from ossim.strategies.base import STOP, Strategy, Visit
from ossim.strategies.lines import Line
from ossim.strategies.treatment import known_regimen

Answer = TypeVar("Answer")
_LONGEST = 200  # characters of a message, without the place
#: results number lines in one byte
MOST_LINES = 127


def plan_checked(name: str, made: type[Strategy], options: Section) -> Strategy:
    """Return the strategy called `name` with its options, if it can be made and its plan holds; see `check_plan`."""
    strategy = _asked(f"strategy '{name}'", lambda: made(options))
    check_plan(name, strategy)
    return strategy


def check_plan(name: str, strategy: Strategy) -> None:
    """Check that what the strategy called `name` plans keeps the contract of `Strategy`.

    Raises
    ------
    InputError
        One line that names the strategy: it has no lines, plans something else than regimens of drugs that can be
        simulated, or has labels that are missing or alike.
    """
    said = f"strategy '{name}'"
    lines = _asked(said, lambda: strategy.lines)
    if not isinstance(lines, tuple) or not lines:
        raise InputError(f"{said}: lines must be a tuple with at least one line, is {_shown(lines)}")
    if len(lines) > MOST_LINES:
        raise InputError(f"{said}: {len(lines)} lines; at most {MOST_LINES}")
    for number, line in enumerate(lines):
        if not isinstance(line, tuple) or not all(isinstance(regimen, Regimen) for regimen in line):
            raise InputError(f"{said}: lines[{number}] must be a tuple of Regimen, is {_shown(line)}")
        for regimen in line:
            try:
                known = known_regimen(regimen).drug
            except InputError as error:
                raise InputError(f"{said}: lines[{number}]: {error.brief()}") from None
            if known != regimen.drug:
                raise InputError(f"{said}: lines[{number}]: '{regimen.drug}' is called '{known}' in the catalogue")
    labels_checked(name, strategy, lines)


def labels_checked(name: str, strategy: Strategy, among: Sequence[Line]) -> tuple[str, ...]:
    """Return the names that the strategy called `name` gives its lines among those of a trial.

    Raises
    ------
    InputError
        One line that names the strategy: labels are missing, no text, or alike.
    """
    said, n_lines = f"strategy '{name}'", len(strategy.lines)
    labels = _asked(said, lambda: strategy.labels(among))
    texts = isinstance(labels, tuple) and all(isinstance(label, str) and label.strip() for label in labels)
    if not texts or len(labels) != n_lines or len(set(labels)) != n_lines:
        raise InputError(
            f"{said}: labels must be {n_lines} different texts in a tuple, one per line; is {_shown(labels)}"
        )
    return labels


def decide_checked(name: str, strategy: Strategy, visit: Visit) -> NDArray[np.int64]:
    """Return the line of each patient after a visit, as the strategy called `name` decides.

    Patients who are not assessed stay where they are, whatever it says of them.

    Raises
    ------
    InputError
        One line that names the strategy and the visit: it fails, or returns a wrong shape or type, or a line that
        does not exist.
    """
    said, shown = f"strategy '{name}', visit {visit.number}", _shown_to_strategy(visit)
    found = _asked(said, lambda: strategy.decide(shown))
    if not isinstance(found, np.ndarray):
        raise InputError(f"{said}: decide must return an array, returned {_shown(found)}")
    if found.shape != visit.line.shape:
        raise InputError(f"{said}: decide must return shape {visit.line.shape}, returned {found.shape}")
    if found.dtype.kind not in "iu":
        raise InputError(f"{said}: decide must return whole numbers, returned {found.dtype}")
    last = len(strategy.lines) - 1
    wrong = found[visit.assessed & ((found < STOP) | (found > last))]
    if wrong.size:
        allowed = f"there are lines 0 to {last}, and STOP" if last else "there is line 0, and STOP"
        raise InputError(f"{said}: decide returned line {wrong[0]}; {allowed}")
    return np.where(visit.assessed, found, visit.line).astype(np.int64)


def _shown_to_strategy(visit: Visit) -> Visit:
    """Return the visit without what is not seen of patients who are not assessed, in arrays that cannot be written."""
    given = {drug: _seen(amount, visit.assessed) for drug, amount in visit.dose_given.items()}
    values = {
        key: _seen(value, visit.assessed) if isinstance(value, np.ndarray) else value
        for key, value in visit._asdict().items()
    }
    return Visit(**(values | {"dose_given": MappingProxyType(given)}))


def _seen(values: NDArray[Any], assessed: NDArray[np.bool_]) -> NDArray[Any]:
    if values.dtype.kind == "f":
        shown = np.where(assessed.reshape(-1, *[1] * (values.ndim - 1)), values, np.nan)
    else:
        shown = values.view()
    shown.flags.writeable = False
    return shown


def _asked(said: str, ask: Callable[[], Answer]) -> Answer:
    """Return what a strategy answers; its failure is one line, with the line of its file where it arose there."""
    try:
        return ask()
    except InputError as error:
        raise InputError(f"{said}: {error.brief()}") from None
    except Exception as error:
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != __file__]
        message = shorten(f"{said}: {type(error).__name__}: {error}", _LONGEST)
        if not frames:
            raise InputError(message) from error
        file = frames[0].filename
        line = [frame.lineno or 0 for frame in frames if frame.filename == file][-1]
        raise InputError(f"{file}:{line}: {message}") from error


def _shown(value: object) -> str:
    return shorten(repr(value), 80)
