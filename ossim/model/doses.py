"""From dose rows and the dose compartments of a model to what the engine needs: drug modes, input levels, events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ossim.dosing import BASES, EventKind, compile_events, dose_rows, parse_dose
from ossim.dosing.events import ALL_COMPARTMENTS, EventTable
from ossim.errors import Fault, InputError
from ossim.model import Clock, Compartment, Depot, Dosed, Level, Model
from ossim.numerics.arrays import MODES, Doses, Exposure, input_level
from ossim.numerics.codegen.system import System, argument_names


@dataclass(frozen=True)
class Treatment:
    """What is given, and the drug levels of the engine; `table` holds the doses as they were prescribed."""

    table: EventTable
    exposure: Exposure
    doses: Doses


def compiled_doses(declared: Model, rows: Sequence[Mapping[str, Any]], until: float) -> EventTable:
    """Return the events of dose rows, refused where a compartment cannot take them.

    Raises
    ------
    InputError
        A row that is wrong, an unknown compartment, or a dose that its compartment does not take.
    """
    _check_units(declared, rows)
    table = compile_events(dose_rows(rows), declared.doses, until)
    for item in declared.compartments:
        name, place = item.name, declared.doses.index(item.name)
        kinds = set(table.kind[table.compartment == place].tolist())
        if isinstance(item, Level) and kinds & {EventKind.BOLUS, EventKind.STEADY_STATE}:
            raise _refused("dur", f"'{name}' is given as a rate: needs 'dur' (1 day for a daily dose) or 'rate'")
        if isinstance(item, Depot) and EventKind.STEADY_STATE in kinds:
            raise _refused("ss", f"not available for '{name}', a state of the model: give the doses before instead")
        if (isinstance(item, Clock) or (isinstance(item, Depot) and item.fraction)) and EventKind.RATE in kinds:
            raise _refused("dur", f"'{name}' takes single doses: each acts by its amount or time")
    return table


def _refused(key: str, message: str) -> InputError:
    return InputError(Fault("doses", 0, key, message))


def _check_units(declared: Model, rows: Sequence[Mapping[str, Any]]) -> None:
    """Refuse a text dose whose unit is not that of its compartment; bare numbers are in the compartment's unit."""
    units = {item.name: item.unit for item in declared.compartments}
    for index, row in enumerate(rows):
        amount, name = row.get("amt"), row.get("cmt")
        if isinstance(amount, str) and name in units:
            unit = BASES[parse_dose(amount)[1]]
            if unit != units[name]:
                message = f"'{amount}' is in {unit}; '{name}' takes {units[name]}"
                raise InputError(Fault("doses", 0, f"[{index}].amt", message))


def treat(
    declared: Model, system: System, values: Mapping[str, np.ndarray], rows: Sequence[Mapping[str, Any]], until: float
) -> Treatment:
    """Return the treatment of all runs.

    Parameters
    ----------
    values : parameter name -> shape (n_runs,)
    until : end of the runs [day]
    """
    n = next(iter(values.values())).size
    table = compiled_doses(declared, rows, until)
    items = declared.compartments
    decaying = [item for item in items if isinstance(item, Compartment)]
    k = len(decaying)
    ones = np.ones((n, k))
    decay, weight = ones.copy(), ones.copy()
    for mode, item in enumerate(decaying):
        decay[:, mode] = values[item.decay]
        weight[:, mode] = values[item.gain] if item.gain else 1.0
    channel = np.array([system.inputs.index(item.input) for item in decaying], np.int64)
    zeros = np.zeros((n, k))
    exposure = Exposure(zeros, decay, ones, zeros.copy(), weight, channel, np.zeros((n, len(system.inputs))))
    first = np.array([decaying.index(item) if item in decaying else 0 for item in items], np.int64)
    doses = Doses(
        **_events(declared, table, values, n),
        origin=np.zeros(n),
        first_mode=first,
        last_mode=first + np.array([item in decaying for item in items], np.int64),
        state=np.array([_place(item, system) for item in items], np.int64),
        smooth=np.zeros(len(items), np.bool_),
        scale=_scale(items, values, n),
    )
    return Treatment(table, exposure, doses)


def _place(item: Dosed, system: System) -> int:
    if isinstance(item, Compartment):
        return MODES
    return system.states.index(item.state) if isinstance(item, Depot) else input_level(system.inputs.index(item.input))


def _scale(items: Sequence[Dosed], values: Mapping[str, np.ndarray], n: int) -> np.ndarray:
    scale = np.ones((n, len(items)))
    for index, item in enumerate(items):
        if isinstance(item, Level) and item.clearance:
            scale[:, index] = 1.0 / values[item.clearance]
    return scale


def _events(declared: Model, table: EventTable, values: Mapping[str, np.ndarray], n: int) -> dict[str, np.ndarray]:
    """One table of events for all runs where it is the same for all, else one for each group of equal runs."""
    depots = [item for item in declared.compartments if isinstance(item, Depot)]
    deciding = sorted({name for item in depots for name in _deciding(item, declared)})
    if not deciding:
        block, group = [_block(declared, table, {})], np.zeros(n, np.int64)
    else:
        columns = np.stack([values[name] for name in deciding], axis=1)
        kinds, group = np.unique(columns, axis=0, return_inverse=True)
        block = [_block(declared, table, dict(zip(deciding, kind, strict=True))) for kind in kinds]
        group = group.reshape(n)
    ends = np.cumsum([part["time"].size for part in block])
    starts = ends - [part["time"].size for part in block]
    joined = {key: np.concatenate([part[key] for part in block]) for key in block[0]}
    return {**joined, "next": starts[group].astype(np.int64), "last": ends[group].astype(np.int64)}


def _deciding(item: Depot, declared: Model) -> tuple[str, ...]:
    """Parameters that decide what of a dose arrives, and when."""
    named = argument_names(item.fraction)[2:] if item.fraction else ()
    return (*(declared.symbols[symbol] for symbol in named), *((item.lag,) if item.lag else ()))


def _block(declared: Model, table: EventTable, chosen: Mapping[str, float]) -> dict[str, np.ndarray]:
    """Events by item instead of by name: the depots of one drug each take their part of its doses."""
    parts = []
    for index, item in enumerate(declared.compartments):
        mine = table.compartment == declared.doses.index(item.name)
        time, value, kind = table.time[mine], table.value[mine], table.kind[mine]
        if isinstance(item, Clock):  # sets its input as an infusion sets a level
            value, kind = time, np.where(kind == EventKind.BOLUS, EventKind.RATE, kind)
        if isinstance(item, Depot):
            if item.fraction:
                named = {s: chosen[declared.symbols[s]] for s in argument_names(item.fraction)[2:]}
                value = value * item.fraction(value, time, **named)
            if item.lag:
                time = np.where(kind == EventKind.RESET, time, time + chosen[item.lag])
        parts.append((time, value, kind, np.full(time.size, index), *_shape(table, mine)))
    everywhere = table.compartment == ALL_COMPARTMENTS
    resets = table.time[everywhere], table.value[everywhere], table.kind[everywhere], table.compartment[everywhere]
    parts.append((*resets, *_shape(table, everywhere)))
    time, value, kind, compartment, interval, duration = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((compartment, kind, time))
    real = {"time": time, "value": value, "interval": interval, "duration": duration}
    whole = {"kind": kind, "compartment": compartment}
    return {
        **{key: np.ascontiguousarray(column[order], float) for key, column in real.items()},
        **{key: np.ascontiguousarray(column[order], np.int64) for key, column in whole.items()},
    }


def _shape(table: EventTable, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return table.interval[chosen], table.duration[chosen]


def given_rates(table: EventTable, compartment: int, times: np.ndarray) -> np.ndarray:
    """Rate of infusion into a compartment just before each of `times`, shape (n_times,)."""
    mine = (table.compartment == compartment) & (table.kind == EventKind.RATE)
    rates = np.concatenate([[0.0], table.value[mine]])
    return rates[np.searchsorted(table.time[mine], times, side="left")]


def dose_calendar(table: EventTable) -> dict[str, tuple]:
    """Times and compartments of what is given, for dose ticks."""
    given = table.kind == EventKind.BOLUS
    for compartment in range(len(table.compartments)):
        rates = np.flatnonzero((table.kind == EventKind.RATE) & (table.compartment == compartment))
        given[rates] = np.diff(table.value[rates], prepend=0.0) > 0.0  # an infusion starts where the rate rises
    names = np.array(table.compartments, dtype=str)
    return {
        "dose_time": ("dose", table.time[given], {"units": "day", "long_name": "time of a dose"}),
        "dose_compartment": ("dose", names[table.compartment[given]], {"long_name": "compartment of a dose"}),
    }
