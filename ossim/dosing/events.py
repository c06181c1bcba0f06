"""Regimens and dose rows compiled to one table of events, sorted by the published rule for equal times.

At one moment this happens in this order, whatever the order of the input:

1. outputs and visits see the state just before (a concentration read at a dose is the trough);
2. infusions end;
3. resets (``evid`` 3 and 4, and the compartment of ``ss`` 1) empty compartments and stop infusions begun earlier;
4. steady states are added (``ss`` 1, 2);
5. infusions start;
6. boluses are given.

An `EventKind.RATE` event carries the new total rate of its compartment, so that all ends, stops and starts of one
moment are one event. It changes no amount, and so stands first in the table without changing the meaning of the rule.
Overlapping infusions add up, and the last one ends at exactly 0.0. A dose at the end of the table is not given.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from ossim.dosing.nonmem import DoseRow
from ossim.dosing.regimen import MOST_DOSES, Regimen, trains
from ossim.dosing.times import count_before, exact_times
from ossim.dosing.writing import horizon
from ossim.errors import InputError, unknown
from ossim.units import rational

ALL_COMPARTMENTS = -1


class EventKind(IntEnum):
    """What an event does, in the order of events at one moment."""

    RATE = 0  # the total zero-order rate into the compartment becomes `value`
    RESET = 1  # the compartment and those behind it are emptied; `ALL_COMPARTMENTS`: every pharmacokinetic one
    STEADY_STATE = 2  # adds the trough of the steady state of `value` every `interval`, given over `duration`
    BOLUS = 3  # adds `value` to the compartment


@dataclass(frozen=True, eq=False)
class EventTable:
    """Events in order, as contiguous arrays of shape (n_events,).

    Parameters
    ----------
    compartments : names, to which `compartment` is the index
    basis : per compartment 'absolute', 'per_m2' or 'per_kg': what `value` is to be multiplied with per patient
    time : float64 [day], ascending
    kind : int8, see `EventKind`
    compartment : int32, `ALL_COMPARTMENTS` for a reset of all
    value : float64, amount [mg] of a bolus or of the dose of a steady state, or total rate [mg/day]; per `basis`
    interval, duration : float64 [day] of a steady state, otherwise 0
    """

    compartments: tuple[str, ...]
    basis: tuple[str, ...]
    time: np.ndarray
    kind: np.ndarray
    compartment: np.ndarray
    value: np.ndarray
    interval: np.ndarray
    duration: np.ndarray

    def __len__(self) -> int:
        return len(self.time)


class _Train(NamedTuple):
    """Equal doses at equal steps into one compartment; an infusion where `duration` is above zero."""

    compartment: int
    first: Fraction
    step: Fraction
    count: int
    value: float  # the amount of a bolus, the rate of an infusion
    duration: Fraction


class _Infusions(NamedTuple):
    compartment: np.ndarray
    start: np.ndarray
    end: np.ndarray
    rate: np.ndarray


def compile_events(
    items: Regimen | DoseRow | Iterable[Regimen | DoseRow], compartments: Sequence[str], until: float
) -> EventTable:
    """Return the events of regimens and dose rows in the half-open time from day 0 to `until`.

    Parameters
    ----------
    items : regimens (their drug is the name of the compartment) and dose rows, in any order and mix
    compartments : names of the dosing compartments
    until : float [day], or a text such as "2 years"

    Raises
    ------
    InputError
        For an unknown compartment, two bases of dose in one compartment, or too many doses.
    """
    items = (items,) if isinstance(items, Regimen | DoseRow) else tuple(items)
    names, end = tuple(compartments), horizon(until)
    bases: dict[int, str] = {}
    doses: list[_Train] = []
    resets: set[tuple[float, int]] = set()
    blocks: list[tuple] = []
    for item in items:
        if isinstance(item, Regimen):
            index = _index(item.drug, names, "drug")
            value = _value(item.dose, item.duration)
            given = [_Train(index, *train, value, item.duration) for train in trains(item, end)]
        elif isinstance(item, DoseRow):
            time = float(item.time)
            if item.evid in (3, 4):
                resets.add((time, ALL_COMPARTMENTS))
            if item.evid in (0, 3) or item.amt == 0:
                continue
            index = _index(item.cmt, names, "compartment")
            given = list(_row_trains(item, index, end))
            if item.ss:
                steady = (float(item.ii), float(item.duration))
                blocks.append(([time], EventKind.STEADY_STATE, index, [item.amt], *steady))
            if item.ss == 1:
                resets.add((time, index))
        else:
            raise InputError(f"expected a regimen or a dose row, got {item!r:.60}")
        if any(train.count for train in given) and bases.setdefault(index, item.basis) != item.basis:
            raise InputError(f"doses into '{names[index]}' mix the bases {bases[index]} and {item.basis}")
        doses += given
    _check_number(sum(train.count for train in doses))
    for train in doses:
        if not train.duration:
            times = exact_times(train.first, train.step, train.count)
            blocks.append((times, EventKind.BOLUS, train.compartment, np.full(len(times), train.value), 0.0, 0.0))
    blocks += [([time], EventKind.RESET, index, [0.0], 0.0, 0.0) for time, index in resets]
    blocks += _rate_events([train for train in doses if train.duration], resets)
    basis = tuple(bases.get(index, "absolute") for index in range(len(names)))
    return _table(names, basis, blocks, end)


def _index(name: str | int | None, names: tuple[str, ...], kind: str) -> int:
    """Return the place of a compartment given by name, by number from 1, or left out where there is only one."""
    if isinstance(name, str):
        if name in names:
            return names.index(name)
        same = [index for index, known in enumerate(names) if known.lower() == name.lower()]
        if len(same) == 1:
            return same[0]
        raise unknown(kind, name, names)
    if name is None:
        if len(names) == 1:
            return 0
        raise InputError(f"a dose row names no cmt; compartments: {', '.join(names)}")
    if not 1 <= name <= len(names):
        raise InputError(f"cmt {name} is not one of 1 to {len(names)} ({', '.join(names)})")
    return int(name) - 1


def _value(amount: float, duration: Fraction) -> float:
    """Return the amount of a bolus, or the rate of an infusion."""
    return float(rational(amount) / duration) if duration else amount


def _row_trains(row: DoseRow, index: int, end: float) -> Iterator[_Train]:
    duration = row.duration
    value = _value(row.amt, duration)
    count = (
        min(count_before(row.time, row.ii, Fraction(end)), row.addl + 1) if row.addl else int(row.time < Fraction(end))
    )
    yield _Train(index, row.time, row.ii, count, value, duration)
    if row.ss:
        # Infusions longer than the interval: those begun before this row in the steady state still run.
        for earlier in range(1, _check_number(count_before(Fraction(0), row.ii, duration))):
            yield _Train(index, row.time, Fraction(0), 1, value, duration - earlier * row.ii)


def _check_number(number: int) -> int:
    if number > MOST_DOSES:
        raise InputError(f"{number:.3g} doses, at most {MOST_DOSES} are allowed")
    return number


def _rate_events(trains: list[_Train], resets: set[tuple[float, int]]) -> Iterator[tuple]:
    """Yield the changes of the total rate per compartment."""
    if not trains:
        return
    starts = [exact_times(train.first, train.step, train.count) for train in trains]
    ends = [exact_times(train.first + train.duration, train.step, train.count) for train in trains]
    lengths = [len(times) for times in starts]
    running = _Infusions(
        np.repeat([train.compartment for train in trains], lengths),
        np.concatenate(starts),
        np.concatenate(ends),
        np.repeat([train.value for train in trains], lengths),
    )
    for time, index in resets:
        stopped = (running.start < time) & (running.end > time)
        if index != ALL_COMPARTMENTS:
            stopped &= running.compartment == index
        running.end[stopped] = time
    for index in np.unique(running.compartment):
        times, totals = _totals(*(column[running.compartment == index] for column in running[1:]))
        yield times, EventKind.RATE, index, totals, 0.0, 0.0


def _totals(start: np.ndarray, end: np.ndarray, rate: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return when the total of the infusions of one compartment changes, and to what."""
    times = np.unique(np.concatenate([start, end]))
    total = np.zeros(len(times))
    # Infusions are counted rather than their rates added and subtracted, so that nothing is left when all have ended.
    for one in np.unique(rate):
        same = rate == one
        begun = np.bincount(np.searchsorted(times, start[same]), minlength=len(times))
        ended = np.bincount(np.searchsorted(times, end[same]), minlength=len(times))
        total += one * np.cumsum(begun - ended)
    changed = np.diff(total, prepend=0.0) != 0.0
    return times[changed], total[changed]


def _table(names: tuple[str, ...], basis: tuple[str, ...], blocks: list[tuple], end: float) -> EventTable:
    """Return the sorted table of blocks of events that share kind, compartment, interval and duration."""
    lengths = [len(times) for times, *_ in blocks]
    time, kind, compartment, value, interval, duration = list(zip(*blocks, strict=True)) or [()] * 6
    time, value = (np.concatenate([np.empty(0), *column]) for column in (time, value))
    kind, compartment = (
        np.repeat(np.array(kind, np.int8), lengths),
        np.repeat(np.array(compartment, np.int32), lengths),
    )
    interval, duration = (np.repeat(np.array(column, np.float64), lengths) for column in (interval, duration))
    order = np.lexsort((duration, interval, value, compartment, kind, time))
    order = order[time[order] < end]
    return EventTable(names, basis, *(column[order] for column in (time, kind, compartment, value, interval, duration)))
