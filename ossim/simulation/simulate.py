"""Run a model of the catalogue for one set of parameters or many, with doses, at chosen times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

import numpy as np
import xarray as xr

from ..catalog import Parameter, model_parameters
from ..dosing import BASES, EventKind, compile_events, dose_rows, parse_dose
from ..errors import InputError, nearest, unknown
from ..models import Model, model
from ..numerics.arrays import STATUS_MEANINGS, Control, Doses, Exposure
from ..numerics.problem import (
    Problem,
    make_control,
    make_problem,
    make_records,
    make_runs,
)
from ..numerics.system import System
from . import provenance
from .devices import advance_on

METHODS = ("auto", "tsit5", "rodas4")
STATUS_FLAGS = {
    "flag_values": np.arange(len(STATUS_MEANINGS), dtype=np.int8),
    "flag_meanings": " ".join(STATUS_MEANINGS),
    "long_name": "how the integration ended",
    "units": "1",
}


def simulate(
    name: str,
    times: Sequence[float],
    initial: Mapping[str, Any] | None = None,
    doses: Sequence[Mapping[str, Any]] = (),
    parameters: Mapping[str, Any] | None = None,
    rtol: float = 1e-8,
    atol: float = 1e-10,
    method: str = "auto",
    max_steps: int = 1_000_000,
    device: str = "cpu",
    log_states: bool = False,
) -> xr.Dataset:
    """Simulate a model.

    Parameters
    ----------
    name : a model of `ossim.models()`
    times : output times [day], increasing, the first at or after 0; integration starts at 0
    initial : state name -> value at time 0 [unit of the state]; others take the catalogue's value
    doses : NONMEM-style rows with keys time, amt, cmt, ii, addl, rate, dur, evid, ss; amounts in the compartment's
        unit. An output at the time of a dose shows the state just before it.
    parameters : parameter name -> value, or array of values: arrays broadcast to a dimension `run`
    rtol, atol : relative and absolute tolerance of each step
    method : "tsit5", explicit; "rodas4", L-stable with the exact Jacobian, for models with fast rates; or "auto", which
        finds out for each run, and again as it goes, which of the two moves it further for its cost
    log_states : integrate the logarithms of the states, which must start above zero; `rtol` is then the relative error
        of a step whatever the size of a state, and no state can become negative
    device : "cpu", or "gpu" for many runs on a CUDA device (then "auto" is "tsit5"); equal but for rounding

    Returns
    -------
    xarray.Dataset with the states and dose compartments over `time` (and `run` where an array was given), `status`

    Raises
    ------
    InputError
        Unknown model, state, parameter or compartment, a value outside its bounds, times that do not increase.
    """
    if method not in METHODS:
        raise unknown("method", method, METHODS)
    advance = advance_on(device)
    declared = model(name)
    facts = model_parameters(name)
    _check_solver(rtol, atol, max_steps)
    _check_dose_units(declared, doses)
    times = _checked_times(times)
    given = _checked_values(declared, facts, dict(initial or {}), dict(parameters or {}))
    n, has_runs = _run_count(given)
    chosen = {key: given.get(key, facts[key].value) for key in declared.parameters}
    values = {key: np.broadcast_to(np.asarray(value, float), n) for key, value in chosen.items()}
    system = _system(declared, values, log_states)
    if log_states:
        control = make_control(rtol=0.0, atol=rtol, max_steps=max_steps, signed=True)
    else:
        control = make_control(rtol=rtol, atol=atol, max_steps=max_steps)
    problem = _problem(declared, system, values, doses, times, control)
    advance(problem, float(times[-1]), method=method)
    if times[-1] == 0.0:
        problem.records.state[:, 0], problem.records.value[:, 0] = problem.runs.state, problem.exposure.value
    if log_states:
        np.exp(problem.records.state, out=problem.records.state)
    return _dataset(declared, problem, values, times, has_runs, given)


def _check_solver(rtol: Any, atol: Any, max_steps: Any) -> None:
    faults = []
    for key, value, low in (("rtol", rtol, 0.0), ("atol", atol, None), ("max_steps", max_steps, 0.0)):
        good = isinstance(value, int | float) and np.isfinite(value) and (value >= 0.0 if low is None else value > low)
        if not good:
            faults.append(f"{key}: must be a finite number {'of 0 or more' if low is None else 'above 0'}")
    if faults:
        raise InputError(*faults)


def _check_dose_units(declared: Model, doses: Sequence[Mapping[str, Any]]) -> None:
    """Refuse a text dose whose unit is not that of its compartment; bare numbers are in the compartment's unit."""
    units = {item.name: item.unit for item in declared.compartments}
    for index, row in enumerate(doses):
        amount, name = row.get("amt"), row.get("cmt")
        if isinstance(amount, str) and name in units:
            unit = BASES[parse_dose(amount)[1]]
            if unit != units[name]:
                raise InputError(f"doses[{index}].amt: '{amount}' is in {unit}; '{name}' takes {units[name]}")


def _checked_times(times: Sequence[float]) -> np.ndarray:
    found = np.atleast_1d(np.asarray(times, float))
    if found.ndim != 1 or found.size == 0 or not np.isfinite(found).all():
        raise InputError("times: must be a list of finite numbers [day]")
    if found[0] < 0.0 or (np.diff(found) <= 0.0).any():
        raise InputError("times: must start at or after 0 and increase")
    return found


def _checked_values(declared: Model, facts: Mapping[str, Parameter], initial: dict, parameters: dict) -> dict:
    """All given values by parameter name, every fault reported at once."""
    faults = []
    states = {state.name: state.initial for state in declared.states.values()}
    given = {}
    for key, value in initial.items():
        if key in states:
            given[states[key]] = value
        else:
            faults.append(f"initial: model {declared.name} has no state '{key}'{nearest(key, states)}")
    for key, value in parameters.items():
        if key in given:
            faults.append(f"parameters: '{key}' is given by 'initial' as well")
        elif key in declared.parameters:
            given[key] = value
        else:
            hint = nearest(key, declared.parameters)
            faults.append(f"parameters: model {declared.name} has no parameter '{key}'{hint}")
    for key, value in given.items():
        try:
            array = np.asarray(value, float)
        except (TypeError, ValueError):
            faults.append(f"{key}: must be a number or an array of numbers")
            continue
        low, high = facts[key].bounds or (-np.inf, np.inf)
        if array.ndim > 1 or array.size == 0:
            faults.append(f"{key}: must be a number or a one-dimensional array that is not empty")
        elif not np.isfinite(array).all():
            faults.append(f"{key}: must be finite")
        elif (array < low).any() or (array > high).any():
            faults.append(f"{key}: must lie between {low:g} and {high:g} {facts[key].unit}")
    if faults:
        raise InputError(*faults)
    return given


def _run_count(given: Mapping[str, Any]) -> tuple[int, bool]:
    lengths = {key: np.size(value) for key, value in given.items() if np.ndim(value) == 1}
    if len(set(lengths.values()) - {1}) > 1:
        sizes = ", ".join(f"{key} ({length})" for key, length in lengths.items())
        raise InputError(f"parameters: arrays must have one length: {sizes}")
    return max(lengths.values(), default=1), bool(lengths)


def _system(declared: Model, values: Mapping[str, np.ndarray], log_states: bool) -> System:
    """The system to integrate; its logarithmic form only where every run starts above zero."""
    if not log_states:
        return declared.system
    states = declared.states.values()
    if faults := [f"{s.name}: must start above 0 with log_states" for s in states if (values[s.initial] <= 0.0).any()]:
        raise InputError(*faults)
    # sympy loads only when asked for
    return import_module("ossim.numerics.logarithms").in_logarithms(declared.system)


def _problem(
    declared: Model, system: System, values: Mapping[str, np.ndarray], doses, times, control: Control
) -> Problem:
    n = next(iter(values.values())).size
    names = tuple(item.name for item in declared.compartments)
    # a run that ends where it starts still has its rows checked
    table = compile_events(dose_rows(doses), names, float(times[-1]) or 1.0)
    k = len(names)
    decay = np.stack([values[item.decay] for item in declared.compartments], axis=1) if k else np.zeros((n, 0))
    gains = [values[item.gain] if item.gain else np.ones(n) for item in declared.compartments]
    gain = np.stack(gains, axis=1) if k else np.zeros((n, 0))
    zeros = np.zeros((n, k))
    channel = np.array([system.inputs.index(item.input) for item in declared.compartments], np.int64)
    level = np.zeros((n, len(system.inputs)))
    exposure = Exposure(zeros, decay, gain, zeros.copy(), np.ones((n, k)), channel, level)
    integer = {key: np.ascontiguousarray(getattr(table, key), np.int64) for key in ("kind", "compartment")}
    real = {key: np.ascontiguousarray(getattr(table, key), float) for key in ("time", "value", "interval", "duration")}
    events = Doses(
        **real,
        **integer,
        next=np.zeros(n, np.int64),
        last=np.full(n, table.time.size),
        origin=np.zeros(n),
        first_mode=np.arange(k),
        last_mode=np.arange(1, k + 1),
        state=np.full(k, -1),
        smooth=np.zeros(k, np.bool_),
        scale=np.ones((n, k)),
    )
    state = np.stack([values[declared.states[symbol].initial] for symbol in declared.system.states], axis=1)
    if system is not declared.system:
        state = np.log(state)
    parameters = np.stack([values[declared.symbols[symbol]] for symbol in system.parameters], axis=1)
    runs = make_runs(system, state, parameters)
    records = make_records(times, np.arange(n), system.n_states, k)
    return make_problem(system, runs, exposure=exposure, doses=events, records=records, control=control)


def _dataset(declared: Model, problem: Problem, values, times, has_runs: bool, given) -> xr.Dataset:
    dims = ("run", "time") if has_runs else ("time",)

    def shaped(array: np.ndarray) -> np.ndarray:
        return array if has_runs else array[0]

    variables = {}
    for index, symbol in enumerate(declared.system.states):
        state = declared.states[symbol]
        attributes = {"units": state.unit, "long_name": state.long_name}
        variables[state.name] = (dims, shaped(problem.records.state[:, :, index]), attributes)
    for index, item in enumerate(declared.compartments):
        attributes = {"units": item.unit, "long_name": item.long_name}
        variables[item.name] = (dims, shaped(problem.records.value[:, :, index]), attributes)
    status = problem.runs.status.astype(np.int8)
    variables["status"] = (dims[:-1], shaped(status), STATUS_FLAGS)
    if problem.doses.time.size:
        variables |= _dose_calendar(declared, problem.doses)
    coordinates = {"time": ("time", times, {"units": "day", "long_name": "time"})}
    if has_runs:
        for key in given:
            if np.ndim(given[key]) == 1:
                coordinates[key] = ("run", np.array(values[key]), {"units": model_parameters(declared.name)[key].unit})
    facts = model_parameters(declared.name)
    attributes = {
        "title": declared.title,
        "model": declared.name,
        "reference": declared.reference,
        "notice": provenance.NOTICE,
        "Conventions": provenance.CONVENTIONS,
        **provenance.versions(),
        **provenance.evidence({name: (facts[name].source, facts[name].tier) for name in declared.parameters}),
    }
    return xr.Dataset(variables, coordinates, attributes)


def _dose_calendar(declared: Model, doses: Doses) -> dict[str, tuple]:
    """Times and compartments of what is given, for dose ticks."""
    given = doses.kind == EventKind.BOLUS
    for compartment in range(len(declared.compartments)):
        rates = np.flatnonzero((doses.kind == EventKind.RATE) & (doses.compartment == compartment))
        given[rates] = np.diff(doses.value[rates], prepend=0.0) > 0.0  # an infusion starts where the rate rises
    names = np.array([item.name for item in declared.compartments], dtype=str)
    return {
        "dose_time": ("dose", doses.time[given], {"units": "day", "long_name": "time of a dose"}),
        "dose_compartment": ("dose", names[doses.compartment[given]], {"long_name": "compartment of a dose"}),
    }
