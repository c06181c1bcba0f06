"""Run a model of the catalogue for one set of parameters or many, with doses, at chosen times."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from ossim.catalog import Parameter, model_parameters
from ossim.config.field_setting import section
from ossim.config.space import Space
from ossim.errors import InputError, nearest, unknown
from ossim.model import Model, model
from ossim.model.doses import Treatment, treat
from ossim.model.field_model import FieldModel
from ossim.model.size_model import SizeModel
from ossim.model_runs.dataset import model_dataset
from ossim.model_runs.fields import simulate_fields
from ossim.model_runs.metastases import simulate_metastases
from ossim.numerics.arrays import Control
from ossim.numerics.codegen.system import System
from ossim.numerics.ode.devices import advance_on
from ossim.numerics.ode.method_switch import STIFF_START
from ossim.numerics.ode.problem import Problem, make_control, make_problem, make_records, make_runs

METHODS = ("auto", "tsit5", "rodas4")


def simulate(
    name: str,
    times: ArrayLike,
    initial: Mapping[str, Any] | None = None,
    doses: Sequence[Mapping[str, Any]] = (),
    parameters: Mapping[str, Any] | None = None,
    parameter_set: str | None = None,
    rtol: float = 1e-8,
    atol: float = 1e-10,
    method: str = "auto",
    max_steps: int = 1_000_000,
    device: str = "cpu",
    log_states: bool = False,
    space: Mapping[str, Any] | None = None,
) -> xr.Dataset:
    """Simulate a model.

    Parameters
    ----------
    name : a model of `ossim.models()`
    times : output times [day], increasing, the first at or after 0; integration starts at 0
    initial : state name -> value at time 0 [unit of the state], or array of values; others take the catalogue's value
    doses : NONMEM-style rows with keys time, amt, cmt, ii, addl, rate, dur, evid, ss; amounts in the compartment's
        unit. An output at the time of a dose shows the state just before it.
    parameters : parameter name -> value, or array of values: arrays broadcast to a dimension `run`
    parameter_set : a named set of published values of the model, in place of those it has by itself
    rtol, atol : relative and absolute tolerance of each step; a state below `atol` is noise, so choose it smaller where
        a tumor may grow again from there. Of metastases by size, `rtol` bounds the error of number and burden.
    method : "tsit5", explicit; "rodas4", L-stable with the exact Jacobian, for models with fast rates; or "auto", which
        finds out for each run, and again as it goes, which of the two moves it further for its cost
    log_states : integrate the logarithms of the states, which must start above zero; `rtol` is then the relative error
        of a step whatever the size of a state, and no state can become negative
    space : of a model in space, the keys of a config's `space`: geometry, size, spacing, step, barriers, ...; its
        fields start from `initial` as numbers or arrays of the shape of the grid; it takes no doses and no tolerances
    device : "cpu", or "gpu" for many runs on a CUDA device (then "auto" is "tsit5"); equal but for rounding

    Returns
    -------
    xarray.Dataset with the states, observables and dose compartments over `time` (and `run` where an array was given),
    `status`

    Raises
    ------
    InputError
        Unknown model, state, parameter or compartment, a value outside its bounds, times that do not increase.
    """
    if method not in METHODS:
        raise unknown("method", method, METHODS)
    if isinstance(model(name), FieldModel):
        return in_space(name, times, initial, doses, parameters, parameter_set, space)
    if space is not None:
        raise InputError(f"space: model {name} is not one in space")
    if isinstance(model(name), SizeModel):
        return by_size(name, times, initial, doses, parameters, parameter_set, rtol)
    advance = advance_on(device)
    prepared = prepare(name, times, initial, doses, parameters, parameter_set, rtol, atol, max_steps, log_states)
    if method == "rodas4":
        prepared.problem.runs.step[:] = STIFF_START
    advance(prepared.problem, float(prepared.times[-1]), method=method)
    return collect(prepared)


def in_space(
    name: str,
    times: ArrayLike,
    initial: Mapping[str, Any] | None = None,
    doses: Sequence[Mapping[str, Any]] = (),
    parameters: Mapping[str, Any] | None = None,
    parameter_set: str | None = None,
    space: Mapping[str, Any] | Space | None = None,
    progress: Callable[[float, float], None] | None = None,
    to: Path | None = None,
) -> xr.Dataset:
    """Simulate a model in space; see `simulate` and `field_run.simulate_fields`."""
    if doses:
        raise InputError(f"doses: model {name} takes no doses")
    declared, facts = model(name), model_parameters(name, parameter_set)
    given = _checked_times(times), initial or {}, parameters or {}
    return simulate_fields(declared, facts, *given, section(space), progress, to)


def by_size(
    name: str,
    times: ArrayLike,
    initial: Mapping[str, Any] | None = None,
    doses: Sequence[Mapping[str, Any]] = (),
    parameters: Mapping[str, Any] | None = None,
    parameter_set: str | None = None,
    rtol: float = 1e-8,
) -> xr.Dataset:
    """Simulate a model of metastases by size; see `simulate` and `metastases.simulate_metastases`."""
    declared, facts = model(name), model_parameters(name, parameter_set)
    _check_solver(rtol, 0.0, 1)
    starts, given = _checked_values(declared, facts, dict(initial or {}), dict(parameters or {}))
    n, has_runs = _run_count(given)
    values = {
        key: np.broadcast_to(np.asarray(given.get(key, facts[key].value), float), n) for key in declared.parameters
    }
    along = {key: values[key] for key in given if np.ndim(given[key]) == 1}
    used = _marked(declared, facts, starts, given)
    found = simulate_metastases(declared, used, values, along, _checked_times(times), doses, rtol)
    return found if has_runs else found.isel(run=0)


@dataclass(frozen=True)
class Prepared:
    """A model with its runs at time 0, ready to be advanced; `along` are the coordinates of the runs."""

    declared: Model
    facts: Mapping[str, Parameter]
    values: Mapping[str, np.ndarray]
    along: Mapping[str, np.ndarray]
    has_runs: bool
    times: np.ndarray
    treatment: Treatment
    problem: Problem
    log_states: bool


def prepare(
    name: str,
    times: ArrayLike,
    initial: Mapping[str, Any] | None = None,
    doses: Sequence[Mapping[str, Any]] = (),
    parameters: Mapping[str, Any] | None = None,
    parameter_set: str | None = None,
    rtol: float = 1e-8,
    atol: float = 1e-10,
    max_steps: int = 1_000_000,
    log_states: bool = False,
) -> Prepared:
    """Check what `simulate` is given and return the runs at their start."""
    declared = model(name)
    facts = model_parameters(name, parameter_set)
    _check_solver(rtol, atol, max_steps)
    times = _checked_times(times)
    starts, given = _checked_values(declared, facts, dict(initial or {}), dict(parameters or {}))
    n, has_runs = _run_count({**starts, **given})
    values = {
        key: np.broadcast_to(np.asarray(given.get(key, facts[key].value), float), n) for key in declared.parameters
    }
    state = _initial_state(declared, values, starts, n)
    system = _system(declared, state, log_states)
    if log_states:
        control = make_control(rtol=0.0, atol=rtol, max_steps=max_steps, signed=True)
    else:
        control = make_control(rtol=rtol, atol=atol, max_steps=max_steps, signed=declared.signed)
    # a run that ends where it starts still has its rows checked
    treatment = treat(declared, system, values, doses, float(times[-1]) or 1.0)
    problem = _problem(declared, system, values, state, treatment, times, control)
    along = {key: values[key] for key in given if np.ndim(given[key]) == 1}
    along |= {f"initial_{key}": np.broadcast_to(starts[key], n) for key in starts if np.ndim(starts[key]) == 1}
    used = _marked(declared, facts, starts, given)
    return Prepared(declared, used, values, along, has_runs, times, treatment, problem, log_states)


def _marked(
    declared: Model | SizeModel, facts: Mapping[str, Parameter], starts: Mapping, given: Mapping
) -> dict[str, Parameter]:
    """The parameters, those that the user gave in place of the catalogue's marked as such."""
    replaced = {state.initial for state in declared.states.values() if state.name in starts and state.initial}
    drawn = declared.symbols.values() if isinstance(declared, Model) else ()
    replaced = (replaced - set(drawn)) | set(given)
    marked = {name: replace(facts[name], source="given", tier="assumed") for name in replaced}
    return {**facts, **marked}


def collect(prepared: Prepared, given: Mapping[str, np.ndarray] | None = None) -> xr.Dataset:
    """Return what was recorded on the way to the last output time.

    Parameters
    ----------
    given : name of a `Level` -> its level, shape (n_runs, n_times), where it was not given by dose rows
    """
    problem, times = prepared.problem, prepared.times
    if times[-1] == 0.0:
        problem.records.state[:, 0], problem.records.value[:, 0] = problem.runs.state, problem.exposure.value
    if prepared.log_states:
        np.exp(problem.records.state, out=problem.records.state)
    table, values = prepared.treatment.table, prepared.values
    found = model_dataset(prepared.declared, prepared.facts, problem, table, values, prepared.along, times, given)
    return found if prepared.has_runs else found.isel(run=0)


def _check_solver(rtol: Any, atol: Any, max_steps: Any) -> None:
    faults = []
    for key, value, low in (("rtol", rtol, 0.0), ("atol", atol, None), ("max_steps", max_steps, 0.0)):
        good = isinstance(value, int | float) and np.isfinite(value) and (value >= 0.0 if low is None else value > low)
        if not good:
            faults.append(f"{key}: must be a finite number {'of 0 or more' if low is None else 'above 0'}")
    if faults:
        raise InputError(*faults)


def _checked_times(times: ArrayLike) -> np.ndarray:
    found = np.atleast_1d(np.asarray(times, float))
    if found.ndim != 1 or found.size == 0 or not np.isfinite(found).all():
        raise InputError("times: must be a list of finite numbers [day]")
    if found[0] < 0.0 or (np.diff(found) <= 0.0).any():
        raise InputError("times: must start at or after 0 and increase")
    return found


def _checked_values(
    declared: Model | SizeModel, facts: Mapping[str, Parameter], initial: dict, parameters: dict
) -> tuple[dict, dict]:
    """Given initial values by state and given parameters, every fault reported at once."""
    faults = []
    states = {state.name: state for state in declared.states.values()}
    for key in [key for key in initial if key not in states]:
        faults.append(f"initial: model {declared.name} has no state '{key}'{nearest(key, states)}")
        del initial[key]
    for key in [key for key in parameters if key not in declared.parameters]:
        hint = nearest(key, declared.parameters)
        faults.append(f"parameters: model {declared.name} has no parameter '{key}'{hint}")
        del parameters[key]
    for key, value in initial.items():
        start = states[key].initial
        if start in parameters and start not in declared.symbols.values():
            faults.append(f"parameters: '{start}' is given by 'initial' as well")
        low, high = (start and facts[start].bounds) or (0.0, np.inf)
        initial[key] = _checked(key, value, low, high, states[key].unit, faults)
    for key, value in parameters.items():
        low, high = facts[key].bounds or (-np.inf, np.inf)
        parameters[key] = _checked(key, value, low, high, facts[key].unit, faults)
    if faults:
        raise InputError(*faults)
    return initial, parameters


def _checked(key: str, value: Any, low: float, high: float, unit: str, faults: list[str]) -> np.ndarray:
    """The value as an array of 0 or 1 dimensions; what is wrong with it is added to `faults`."""
    try:
        array = np.asarray(value, float)
    except (TypeError, ValueError):
        faults.append(f"{key}: must be a number or an array of numbers")
        return np.zeros(())
    if array.ndim > 1 or array.size == 0:
        faults.append(f"{key}: must be a number or a one-dimensional array that is not empty")
    elif not np.isfinite(array).all():
        faults.append(f"{key}: must be finite")
    elif (array < low).any() or (array > high).any():
        faults.append(f"{key}: must lie between {low:g} and {high:g} {unit}")
    return array


def _run_count(given: Mapping[str, Any]) -> tuple[int, bool]:
    lengths = {key: np.size(value) for key, value in given.items() if np.ndim(value) == 1}
    if len(set(lengths.values()) - {1}) > 1:
        sizes = ", ".join(f"{key} ({length})" for key, length in lengths.items())
        raise InputError(f"parameters: arrays must have one length: {sizes}")
    return max(lengths.values(), default=1), bool(lengths)


def _initial_state(declared: Model, values: Mapping[str, np.ndarray], starts: Mapping[str, Any], n: int) -> np.ndarray:
    """State at time 0, shape (n_runs, n_states)."""
    state = np.zeros((n, len(declared.system.states)))
    for index, symbol in enumerate(declared.system.states):
        item = declared.states[symbol]
        if item.name in starts:
            state[:, index] = starts[item.name]
        elif item.initial:
            state[:, index] = values[item.initial]
    return state


def _system(declared: Model, state: np.ndarray, log_states: bool) -> System:
    """The system to integrate; its logarithmic form only where every run starts above zero."""
    if not log_states:
        return declared.system
    low = (state <= 0.0).any(axis=0)
    names = [declared.states[symbol].name for symbol in np.array(declared.system.states)[low]]
    if names:
        raise InputError(*(f"{name}: must start above 0 with log_states" for name in names))
    # sympy loads only when asked for
    return import_module("ossim.numerics.codegen.log_transform").in_logarithms(declared.system)


def _problem(
    declared: Model,
    system: System,
    values: Mapping[str, np.ndarray],
    state: np.ndarray,
    treatment: Treatment,
    times: np.ndarray,
    control: Control,
) -> Problem:
    if system is not declared.system:
        state = np.log(state)
    parameters = np.stack([values[declared.symbols[symbol]] for symbol in system.parameters], axis=1)
    runs = make_runs(system, state, parameters)
    n, n_modes = treatment.exposure.value.shape
    records = make_records(times, np.arange(n), system.n_states, n_modes)
    return make_problem(
        system, runs, exposure=treatment.exposure, doses=treatment.doses, records=records, control=control
    )
