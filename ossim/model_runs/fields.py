"""Run a model of the catalogue in space: fields at chosen times, their integrals, the size of the tumor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from ossim.catalog import Parameter
from ossim.config.field_setting import Setting, field_setting
from ossim.config.grid import described
from ossim.config.parameter_values import bounded
from ossim.config.space import Space
from ossim.dataset import Status, dataarray_attrs
from ossim.errors import InputError, unknown
from ossim.model.field_model import FieldModel
from ossim.numerics.pde.evolve import advance, settle
from ossim.numerics.pde.outline import diameter, touches
from ossim.numerics.pde.problem import FieldProblem, bind
from ossim.store import provenance
from ossim.store.fields import FieldStore

#: of the reaction: the error of P2 (see `benchmarks`) is a third of that with order 2 for 3 % more time
ORDER = 3


class FieldRun(NamedTuple):
    """What one run gave: integrals and sizes over time, how it ended, the day reached, and the fields then."""

    observed: dict[str, np.ndarray]
    status: Status
    reached: float
    last: dict[str, np.ndarray]


def simulate_fields(
    declared: FieldModel,
    facts: Mapping[str, Parameter],
    times: np.ndarray,
    initial: Mapping[str, Any],
    parameters: Mapping[str, Any],
    space: Space,
    progress: Callable[[float, float], None] | None = None,
    to: Path | None = None,
) -> xr.Dataset:
    """Simulate a model in space, for one set of parameters or many.

    Parameters
    ----------
    facts : parameters of the catalogue
    times : output times [day], increasing, from 0 on
    initial : field name -> number or array of the shape of the grid
    parameters : parameter name -> value, or array of values, then there is a dimension `run`
    to : folder of a zarr store that the fields are written to as they are made

    Returns
    -------
    xarray.Dataset with the fields over `time` and space, their integrals, `tumor_diameter` and `tumor_volume` where the
    model has a tumor, and `status`

    Raises
    ------
    InputError
        Unknown names, values outside their bounds, a grid that does not fit or is too coarse.
    """
    runs = _runs(_bounded(declared, facts, parameters))
    settings = [field_setting(declared, facts, initial, run, space) for run in runs]
    along = {name: np.array([run[name] for run in runs]) for name in parameters if np.ndim(parameters[name]) == 1}
    leading = {"run": np.arange(len(runs))} if along else {}
    labels = {item.name: {"units": item.unit, "long_name": item.long_name} for item in declared.fields.values()}
    level = {"tumor_level": float(settings[0].values[declared.tumor_level])} if declared.tumor_level else {}
    tumor = {"tumor_variables": " ".join(declared.fields[symbol].name for symbol in declared.tumor)}
    grid = settings[0].grid
    axes = 3 if grid.geometry == "radial" else len(grid.shape)
    order = {"field_variables": " ".join(labels)}
    attributes = {**level, **(tumor if declared.tumor else {}), **order, **described(grid)}
    kept = FieldStore(grid, leading, times, labels, attributes, declared.time_unit, declared.length_unit, to)
    observed, ends, errors = [], [], []
    total = float(times[-1]) * len(runs)
    for number, setting in enumerate(settings):
        place = (number,) if along else ()

        def said(day: float, before: float = number * float(times[-1])) -> None:
            if progress is not None:
                progress(before + day, total)

        course = _run(setting, times, kept, place, said)
        observed.append(course.observed)
        ends.append((course.status, course.reached))
        kept.reached(min(time for _, time in ends))
        if space.error_estimate and course.status is Status.ok and not declared.at_rest:
            errors.append(_difference(setting, times, course))
    dims = ("run", "time") if along else ("time",)
    fields = kept.dataset()
    labeled = {
        name: (
            dims,
            np.stack([one[name] for one in observed]) if along else observed[0][name],
            _label(declared, axes, name),
        )
        for name in observed[0]
    }
    codes = np.array([int(status) for status, _ in ends], np.int8)
    labeled["status"] = (dims[:-1], codes if along else codes[0], dataarray_attrs("status"))
    dataset = fields.assign(labeled).assign_coords(
        {name: ("run", value, {"units": facts[name].unit}) for name, value in along.items()}
    )
    estimate = {"temporal_error": max(errors), "temporal_error_meaning": _MEANING} if errors else {}
    return dataset.assign_attrs(_attributes(declared, facts, initial, parameters) | dict(fields.attrs) | estimate)


_MEANING = (
    "largest relative change of an integral or the diameter over time, or of a field at the end, when steps are "
    "doubled, divided by 3"
)


def _bounded(declared: FieldModel, facts: Mapping[str, Parameter], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Check names and bounds of what was given in place of the values of the catalogue."""
    for name, value in parameters.items():
        if name not in declared.parameters:
            raise unknown("parameter", name, declared.parameters)
        for number in np.atleast_1d(np.asarray(value, float)):
            bounded(facts[name], float(number))
    return dict(parameters)


def _runs(parameters: Mapping[str, Any]) -> list[dict[str, float]]:
    sizes = {len(value) for value in parameters.values() if np.ndim(value) == 1}
    if len(sizes) > 1:
        raise InputError(f"parameters: lists of values must be equally long, not {sorted(sizes)}")
    count = sizes.pop() if sizes else 1
    return [
        {name: float(value[number] if np.ndim(value) == 1 else value) for name, value in parameters.items()}
        for number in range(count)
    ]


def _problem(setting: Setting) -> FieldProblem:
    declared = setting.declared
    kernel = {symbol: setting.values[name] for symbol, name in declared.symbols.items()}
    return bind(declared.system, setting.grid, kernel, setting.initial, setting.permeability, order=ORDER)


def _run(
    setting: Setting, times: np.ndarray, kept: FieldStore | None, place: tuple[int, ...], said: Callable[[float], None]
) -> FieldRun:
    """Run once."""
    problem, began = _problem(setting), monotonic()
    status = Status[settle(problem).name]
    found: dict[str, np.ndarray] = {}
    for number, time in enumerate(times):
        if time > problem.time and status is Status.ok:
            left = None if setting.wall_clock is None else max(setting.wall_clock - (monotonic() - began), 0.0)
            outcome = advance(problem, float(time), setting.step, progress=said, wall_clock=left)
            status = Status[outcome.ended.name]
        if status is not Status.ok:
            break
        for name, value in _observe(problem, setting).items():
            found.setdefault(name, np.full(times.size, np.nan))[number] = value
        if kept is not None:
            shown = {item.name: problem.field(symbol) for symbol, item in setting.declared.fields.items()}
            kept.put((*place, number), shown)
        if _touches(problem, setting):
            status = Status.touches_boundary
    found = found or {name: np.full(times.size, np.nan) for name in _observe(problem, setting)}
    last = {symbol: problem.field(symbol) for symbol in setting.declared.fields}
    return FieldRun(found, status, problem.time, last)


def _tumor(problem: FieldProblem, setting: Setting) -> np.ndarray:
    return sum(problem.field(symbol) for symbol in setting.declared.tumor)


def _touches(problem: FieldProblem, setting: Setting) -> bool:
    declared = setting.declared
    if not declared.tumor:
        return False
    return touches(setting.grid, _tumor(problem, setting), setting.values[declared.tumor_level])


def _observe(problem: FieldProblem, setting: Setting) -> dict[str, float]:
    declared, grid = setting.declared, setting.grid
    found = {
        f"total_{item.name}": grid.integral(problem.field(symbol))
        for symbol, item in declared.fields.items()
        if item.stock
    }
    if declared.tumor:
        size = diameter(grid, _tumor(problem, setting), setting.values[declared.tumor_level])
        found |= {"tumor_diameter": size, "tumor_volume": np.pi / 6.0 * size**3}
    return found


def _difference(setting: Setting, times: np.ndarray, fine: FieldRun) -> float:
    """Estimate of the relative error in time from a run with steps twice as long (Richardson, order 2)."""
    coarse = _run(replace(setting, step=2.0 * setting.step), times, None, (), lambda day: None)
    if coarse.status is not Status.ok:
        return float("nan")
    weights = np.sqrt(setting.grid.volumes)
    parts = [(coarse.observed[name], values) for name, values in fine.observed.items()]
    parts += [(weights * coarse.last[symbol], weights * values) for symbol, values in fine.last.items()]
    sizes = [float(np.linalg.norm(values)) for _, values in parts]
    changes = [float(np.linalg.norm(other - values)) for other, values in parts]
    return max(change / (3.0 * size) if size else 0.0 for change, size in zip(changes, sizes, strict=True))


def _label(declared: FieldModel, axes: int, name: str) -> dict[str, str]:
    if name == "tumor_diameter":
        return {"units": declared.length_unit, "long_name": "tumor diameter"}
    if name == "tumor_volume":
        return {"units": f"{declared.length_unit}^3", "long_name": "tumor volume"}
    item = next(item for item in declared.fields.values() if name == f"total_{item.name}")
    space = f"{declared.length_unit}^{axes}" if axes > 1 else declared.length_unit
    units = space if item.unit == "1" else f"{item.unit} {space}"
    return {"units": "1" if declared.length_unit == "1" else units, "long_name": f"integral of {item.long_name}"}


def _attributes(declared: FieldModel, facts, initial, parameters: Mapping[str, Any]) -> dict[str, Any]:
    used = {
        name: ("given", "assumed") if name in parameters else (facts[name].source, facts[name].tier)
        for name in declared.parameters
    }
    return {
        "title": declared.title,
        "model": declared.name,
        "reference": declared.reference,
        "notice": provenance.NOTICE,
        "Conventions": provenance.CONVENTIONS,
        **provenance.versions(),
        **provenance.evidence(used),
    }
