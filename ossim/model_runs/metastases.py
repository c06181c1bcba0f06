"""Run a model of metastases by size: number, visible number and burden over time, with therapy and surgery."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from ossim.catalog import Parameter
from ossim.dataset import Status, dataarray_attrs
from ossim.dosing import EventKind
from ossim.dosing.events import EventTable
from ossim.errors import InputError
from ossim.model.doses import compiled_doses, dose_calendar, given_rates
from ossim.model.size_model import SizeModel, Therapy
from ossim.numerics.size_structured.counts import count, count_above, first_day, size_power
from ossim.numerics.size_structured.flow import Flow, day_of, effective_time, log_size, make_flow, time_to_reach
from ossim.numerics.size_structured.malthus import malthus_rate
from ossim.numerics.size_structured.renewal import Births, births_of, in_blocks, make_edges, renew
from ossim.store import provenance

_FIRST_BLOCKS, _MOST_BLOCKS = 64, 4096
_ORDER_GAIN = 15.0  # 2^4 - 1: the difference to half as many blocks over the error that is left
_MEANING = "largest change of number and burden over their largest, when steps are doubled, divided by 15"
_CLASSES = 10.0 ** np.arange(12)  # lower ends of the classes of size [cells]
_LABELS = {
    "primary_volume": ("mm^3", "volume of the primary tumor"),
    "metastasis_count": ("1", "expected number of metastases of any size"),
    "visible_count": ("1", "expected number of visible metastases"),
    "metastatic_burden": ("mm^3", "volume of all metastases"),
    "relapse_count": ("1", "expected number of metastases of the primary that became visible since surgery"),
    "relapse_probability": ("1", "probability that a metastasis became visible since surgery"),
}


@dataclass(frozen=True)
class TherapySchedule:
    """What drugs do over time, constant from each of `dates` [day] on: shapes (n_dates,).

    Attributes
    ----------
    primary, growth, seeding : factors on the growth of the primary, of metastases, and on all seeding
    eradication : rate at which metastases are eradicated [1/day]
    """

    dates: np.ndarray
    primary: np.ndarray
    growth: np.ndarray
    seeding: np.ndarray
    eradication: np.ndarray


@dataclass(frozen=True)
class Population:
    """A solved run: births, all and those of the primary, as they would be counted were nobody eradicated later."""

    values: Mapping[str, float]
    course: TherapySchedule
    flow: Flow
    births: Births
    founded: Births
    primary_volume: Callable[[np.ndarray], np.ndarray]
    visible: float

    def surviving(self, time: np.ndarray) -> np.ndarray:
        """Factor that eradication leaves of the births as counted, at each time."""
        return np.exp(-_eradicated(self.course, time))


def simulate_metastases(
    declared: SizeModel,
    facts: Mapping[str, Parameter],
    values: Mapping[str, np.ndarray],
    along: Mapping[str, np.ndarray],
    times: np.ndarray,
    rows: Sequence[Mapping[str, Any]],
    rtol: float,
) -> xr.Dataset:
    """Simulate a model of metastases by size.

    Parameters
    ----------
    values : parameter name -> shape (n_runs,)
    along : coordinates of the runs: what was given as an array
    times : output times [day], increasing, from 0 on
    rows : dose rows into the compartments of the model, given as rates
    rtol : error of number and burden, relative to their largest, at which steps are short enough

    Returns
    -------
    xarray.Dataset over dims (run, time) with the primary, number, visible number and burden, over (run, time, size)
    the number by decade of size, `time_to_first_visible` and `status` by run; the attribute `temporal_error`

    Raises
    ------
    InputError
        A dose that the model does not take, or a level at which a drug would do more than stop growth or seeding.
    """
    n_runs = next(iter(values.values())).size
    table = compiled_doses(declared, rows, float(times[-1]) or 1.0)
    found, first, errors = [], [], []
    for run in range(n_runs):
        single = {name: float(values[name][run]) for name in values}
        with np.errstate(all="ignore"):  # a run that overflows is flagged by its status
            population, error = _converged(declared, single, table, times, rtol)
            found.append(_observed(declared, population, times))
            first.append(first_day(lambda days, one=population: _visible(one, days), population.births.edges, 1.0))
        errors.append(error)
    variables: dict[str, Any] = {
        name: (("run", "time"), np.stack([one[name] for one in found]), {"units": unit, "long_name": text})
        for name, (unit, text) in _LABELS.items()
        if name in found[0]
    }
    by_size = np.stack([one["metastases_by_size"] for one in found])
    label = {"units": "1", "long_name": "expected number of metastases in a decade of size"}
    variables["metastases_by_size"] = (("run", "time", "size"), by_size, label)
    for place, level in enumerate(declared.compartments):
        rate = np.broadcast_to(given_rates(table, place, times), (n_runs, times.size))
        text = {"units": level.unit, "long_name": level.long_name, "step": "held until the time"}
        variables[level.name] = (("run", "time"), rate, text)
    text = {"units": "day", "long_name": "day on which one visible metastasis is expected"}
    variables["time_to_first_visible"] = ("run", np.array(first), text)
    text = {"units": "1/day", "long_name": "rate at which the number grows in the end, without therapy"}
    variables["malthus_rate"] = ("run", np.array([_malthus_rate(values, run) for run in range(n_runs)]), text)
    finite = np.array([all(np.isfinite(value).all() for value in one.values()) for one in found])
    status = np.where(finite, np.where(np.array(errors) <= rtol, Status.ok, Status.not_converged), Status.non_finite)
    variables["status"] = ("run", status.astype(np.int8), dataarray_attrs("status"))
    if table.time.size:
        variables |= dose_calendar(table)
    coordinates: dict[str, Any] = {"time": ("time", times, {"units": declared.time_unit, "long_name": "time"})}
    coordinates["size"] = ("size", _CLASSES, {"units": "cells", "long_name": "smallest size of the decade"})
    coordinates |= {name: ("run", np.array(value), {"units": facts[name].unit}) for name, value in along.items()}
    evidence = {name: (facts[name].source, facts[name].tier) for name in declared.parameters}
    attributes = {
        "title": declared.title,
        "model": declared.name,
        "reference": declared.reference,
        "notice": provenance.NOTICE,
        "Conventions": provenance.CONVENTIONS,
        "temporal_error": max(errors),
        "temporal_error_meaning": _MEANING,
        **provenance.versions(),
        **provenance.evidence(evidence),
    }
    return xr.Dataset(variables, coordinates, attributes)


def _converged(
    declared: SizeModel, values: Mapping[str, float], table: EventTable, times: np.ndarray, rtol: float
) -> tuple[Population, float]:
    """Halve the steps until the change is small enough; return the last population and its estimated error."""
    course, until = _course(declared, values, table), float(times[-1]) or 1.0
    n_blocks = _FIRST_BLOCKS
    before, error = _solve(declared, values, course, until, n_blocks), np.inf
    while error > rtol and n_blocks < _MOST_BLOCKS:
        n_blocks *= 2
        after = _solve(declared, values, course, until, n_blocks)
        error = max(
            _change(read(before), read(after))
            for read in (lambda one: _number(one, times), lambda one: _burden(one, times))
        )
        before = after
    return before, error


def _malthus_rate(values: Mapping[str, np.ndarray], run: int) -> float:
    """Malthus rate of a run without therapy; NaN where nobody seeds."""
    names = ("growth_rate", "largest_size", "seeding_exponent", "seeding_rate")
    growth, largest, power, weight = (float(values[name][run]) for name in names)
    return malthus_rate(make_flow(growth, 0.0, float(np.log(largest))), power, weight) if weight > 0.0 else np.nan


def _change(before: np.ndarray, after: np.ndarray) -> float:
    largest = float(np.abs(after).max())
    return float(np.abs(after - before).max()) / (_ORDER_GAIN * largest) if largest else 0.0


def _course(declared: SizeModel, values: Mapping[str, float], table: EventTable) -> TherapySchedule:
    """Factors of all drugs together, from the dates on at which one of their levels changes."""
    dates = np.unique(np.concatenate([[0.0], table.time[table.kind == EventKind.RATE]]))
    factors = np.ones((3, dates.size))
    eradication = np.zeros(dates.size)
    for place, therapy in enumerate(declared.therapies):
        level = given_rates(table, place, np.nextafter(dates, np.inf))
        names = (therapy.primary_effect, therapy.growth_effect, therapy.seeding_effect)
        factors *= np.stack([_factor(therapy, level, name, values[name]) for name in names])
        eradication += values[therapy.eradication_rate] * level
    return TherapySchedule(dates, *factors, eradication)


def _factor(therapy: Therapy, level: np.ndarray, name: str, effect: float) -> np.ndarray:
    if (effect * level > 1.0).any():
        limit = f"{therapy.level.name}: its level may be {1.0 / effect:g} at most with {name} {effect:g}"
        raise InputError(f"doses: {limit}, is {level.max():g}")
    return 1.0 - effect * level


def _solve(
    declared: SizeModel, values: Mapping[str, float], course: TherapySchedule, until: float, n_blocks: int
) -> Population:
    largest = float(np.log(values["largest_size"]))
    flow = make_flow(values["growth_rate"], 0.0, largest, course.dates, course.growth)
    surgery = values[declared.surgery_day] if declared.surgery_day else np.inf
    cells = values["cell_density"] * np.pi / 6.0 * values["visible_diameter"] ** 3
    visible = float(np.log(cells))
    dates = np.append(course.dates, surgery) if surgery < until else course.dates
    # on both of them the visible number changes its slope: when births do, and when who was born then is seen
    seen = day_of(flow, effective_time(flow, dates) + time_to_reach(flow, visible))
    edges = make_edges(until, n_blocks, (*dates, *seen))
    primary = _primary(declared, values, course, surgery)
    middle = 0.5 * (edges[1:] + edges[:-1])
    nodes = np.stack([edges[:-1], middle, edges[1:]], axis=1)
    size = primary(nodes, (middle < surgery)[:, None])
    weight = values["seeding_rate"] * in_blocks(edges, course.dates, course.seeding)
    outside = weight[:, None] * size ** values["seeding_exponent"] * np.exp(_eradicated(course, nodes))
    births = renew(edges, flow, values["seeding_exponent"], weight, outside)
    founded = births_of(edges, outside)

    def volume(time: np.ndarray) -> np.ndarray:
        return primary(time, time <= surgery) / values["cell_density"]

    return Population(values, course, flow, births, founded, volume, visible)


def _primary(declared: SizeModel, values: Mapping[str, float], course: TherapySchedule, surgery: float) -> Callable:
    """Size of the primary [cells], a function of the day and of whether it is before surgery."""
    flow = make_flow(values["growth_rate"], 0.0, float(np.log(values["largest_size"])), course.dates, course.primary)
    left = values[declared.residual_fraction] if declared.residual_fraction else 1.0

    def size(time: np.ndarray, before: np.ndarray) -> np.ndarray:
        clock = effective_time(flow, time)
        whole = np.exp(log_size(flow, clock))
        if left == 0.0 or np.isinf(surgery):
            return np.where(before, whole, left * whole)
        again = flow.log_limit - log_size(flow, effective_time(flow, np.array(surgery))) - np.log(left)
        decay = np.exp(-flow.rate * (clock - effective_time(flow, np.array(surgery))))
        return np.where(before, whole, np.exp(flow.log_limit - again * decay))

    return size


def _eradicated(course: TherapySchedule, time: np.ndarray) -> np.ndarray:
    """Integral of the rate of eradication up to each time."""
    passed = np.concatenate([[0.0], np.cumsum(course.eradication[:-1] * np.diff(course.dates))])
    place = np.searchsorted(course.dates, time, side="right") - 1
    return passed[place] + course.eradication[place] * (np.asarray(time) - course.dates[place])


def _number(one: Population, times: np.ndarray) -> np.ndarray:
    return one.surviving(times) * count(one.births, times)


def _visible(one: Population, times: np.ndarray) -> np.ndarray:
    return one.surviving(times) * count_above(one.births, one.flow, times, one.visible)


def _burden(one: Population, times: np.ndarray) -> np.ndarray:
    cells = one.surviving(times) * size_power(one.births, one.flow, times, 1.0)
    return cells / one.values["cell_density"]


def _observed(declared: SizeModel, one: Population, times: np.ndarray) -> dict[str, np.ndarray]:
    above = count_above(one.births, one.flow, times[:, None], np.log(_CLASSES)[None, :])
    found = {
        "primary_volume": one.primary_volume(times),
        "metastasis_count": _number(one, times),
        "visible_count": _visible(one, times),
        "metastatic_burden": _burden(one, times),
        "metastases_by_size": one.surviving(times)[:, None] * -np.diff(above, append=0.0, axis=1),
    }
    if declared.surgery_day:
        surgery = min(one.values[declared.surgery_day], one.founded.edges[-1])
        seen = _ever_visible(one, np.append(times, surgery))
        found["relapse_count"] = np.where(times > surgery, seen[:-1] - seen[-1], 0.0)
        found["relapse_probability"] = -np.expm1(-found["relapse_count"])
    return found


def _ever_visible(one: Population, times: np.ndarray) -> np.ndarray:
    """Number of metastases of the primary that have become visible by each time, eradicated afterwards or not.

    Those that metastases founded do not count: a patient who has them has relapsed before. The number that is there
    and the number lost among the visible, integral of e(t) times it, add up.
    """
    edges = one.founded.edges
    nodes = np.stack([edges[:-1], 0.5 * (edges[1:] + edges[:-1]), edges[1:]], axis=1)
    rate = in_blocks(edges, one.course.dates, one.course.eradication)

    def there(days: np.ndarray) -> np.ndarray:
        return one.surviving(days) * count_above(one.founded, one.flow, days, one.visible)

    return there(times) + count(births_of(edges, rate[:, None] * there(nodes)), times)
