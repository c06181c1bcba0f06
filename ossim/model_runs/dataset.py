"""What a run of a catalogue model gives: states, observables and drug levels over time, labelled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import xarray as xr

from ossim.catalog import Parameter, observation
from ossim.dosing.events import EventTable
from ossim.model import Compartment, Level, Model
from ossim.model.doses import dose_calendar, given_rates
from ossim.numerics.arrays import STATUS_MEANINGS
from ossim.numerics.codegen.system import argument_names, output_names
from ossim.numerics.ode.problem import Problem
from ossim.store import provenance

STATUS_FLAGS = {
    "flag_values": np.arange(len(STATUS_MEANINGS), dtype=np.int8),
    "flag_meanings": " ".join(STATUS_MEANINGS),
    "long_name": "how the integration ended",
    "units": "1",
}


def model_dataset(
    declared: Model,
    facts: Mapping[str, Parameter],
    problem: Problem,
    table: EventTable,
    values: Mapping[str, np.ndarray],
    along: Mapping[str, np.ndarray],
    times: np.ndarray,
    given: Mapping[str, np.ndarray] | None = None,
) -> xr.Dataset:
    """Return the Dataset of all runs over dims (run, time).

    Parameters
    ----------
    table : doses as prescribed
    values : parameter name -> shape (n_runs,)
    along : coordinates of the runs: what was given as an array
    given : name of a `Level` -> its level, shape (n_runs, n_times), where no doses of the table say so
    """
    dims = ("run", "time")
    variables = {}
    states = {symbol: problem.records.state[:, :, i] for i, symbol in enumerate(declared.system.states)}
    for symbol, found in states.items():
        state = declared.states[symbol]
        variables[state.name] = (dims, found, {"units": state.unit, "long_name": state.long_name})
    levels = _levels(declared, problem, table, times, given or {})
    for name, found in observed(declared, states, levels, values, times).items():
        item = declared.observables[name]
        variables[item.name] = (dims, found, {"units": item.unit, "long_name": item.long_name})
    for item, found in levels.items():
        rate = {"units": _rate_unit(item, declared), "step": "held until the time"} if isinstance(item, Level) else {}
        variables[item.name] = (dims, found, {"units": item.unit, "long_name": item.long_name, **rate})
    variables["status"] = (dims[:1], problem.runs.status.astype(np.int8), STATUS_FLAGS)
    if problem.doses.time.size:
        variables |= dose_calendar(table)
    coordinates = {"time": ("time", times, {"units": declared.time_unit, "long_name": "time"})}
    coordinates |= {name: ("run", np.array(value), _units(declared, facts, name)) for name, value in along.items()}
    evidence = {name: (facts[name].source, facts[name].tier) for name in declared.parameters}
    attributes = {
        "title": declared.title,
        "model": declared.name,
        "reference": declared.reference,
        "notice": provenance.NOTICE,
        "Conventions": provenance.CONVENTIONS,
        **provenance.versions(),
        **provenance.evidence(evidence),
    }
    return xr.Dataset(variables, coordinates, attributes)


def with_observations(dataset: xr.Dataset, names: Iterable[str]) -> xr.Dataset:
    """Add published measurements of the model of a Dataset as points: ``observed_<variable>(observation)``."""
    series = [observation(dataset.attrs["model"], name) for name in names]
    if not series:
        return dataset
    points = [(one, time, value) for one in series for time, value in zip(one.times, one.values, strict=True)]
    added = {
        "observed_time": ("observation", [time for _, time, _ in points], dict(dataset["time"].attrs)),
        "observed_series": ("observation", [one.name for one, _, _ in points], {"long_name": "published series"}),
    }
    for variable in dict.fromkeys(one.variable for one in series):
        found = [value if one.variable == variable else np.nan for one, _, value in points]
        added[f"observed_{variable}"] = ("observation", found, dict(dataset[variable].attrs))
    return dataset.assign(added)


def _units(declared: Model, facts: Mapping[str, Parameter], name: str) -> dict[str, str]:
    if name in facts:
        return {"units": facts[name].unit}
    units = {f"initial_{state.name}": state.unit for state in declared.states.values()}
    return {"units": units[name]}


def _rate_unit(item: Level, declared: Model) -> str:
    """Unit of a level per unit of time."""
    if "1" in (item.unit, declared.time_unit):
        return item.unit
    above, _, below = item.unit.partition("/")
    return f"{above}/({below} {declared.time_unit})" if below else f"{above}/{declared.time_unit}"


def _levels(
    declared: Model, problem: Problem, table: EventTable, times: np.ndarray, given: Mapping[str, np.ndarray]
) -> dict[Compartment | Level, np.ndarray]:
    """Levels of the drugs that are no states, shape (n_runs, n_times)."""
    decaying = [item for item in declared.compartments if isinstance(item, Compartment)]
    found = {item: problem.records.value[:, :, mode] for mode, item in enumerate(decaying)}
    shape = problem.records.value.shape[:2]
    for place, name in enumerate(declared.doses):
        for item in declared.compartments:
            if item.name == name and isinstance(item, Level):
                found[item] = np.broadcast_to(given.get(name, given_rates(table, place, times)), shape)
    return found


def observed(declared: Model, states, levels, values, times: np.ndarray) -> dict[str, np.ndarray]:
    """What the model computes from its states for the user, shape (n_runs, n_times)."""
    if declared.observe is None:
        return {}
    inputs = dict.fromkeys(declared.system.inputs, 0.0)
    for item, level in levels.items():
        factor = 1.0
        if isinstance(item, Compartment) and item.gain:
            factor = values[item.gain][:, None]
        elif isinstance(item, Level) and item.clearance:
            factor = 1.0 / values[item.clearance][:, None]
        inputs[item.input] = inputs[item.input] + level * factor
    parameters = {symbol: values[name][:, None] for symbol, name in declared.symbols.items() if name in values}
    known = {**parameters, **inputs, **states, "t": times[None, :]}
    with np.errstate(all="ignore"):  # a run that failed is flagged by its status
        found = declared.observe(*(known[name] for name in argument_names(declared.observe)))
    found = found if isinstance(found, tuple) else (found,)
    shape = next(iter(states.values())).shape
    return {
        name: np.array(np.broadcast_to(one, shape), float)
        for name, one in zip(output_names(declared.observe), found, strict=True)
    }
