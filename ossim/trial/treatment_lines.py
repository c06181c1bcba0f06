"""The treatment lines of an arm as one event table, and the switch of patients from one line to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ossim.dosing import EventKind, Regimen, compile_events, dose_times
from ossim.model.patient.baseline import kernel_index
from ossim.model.patient.equations import SHARED_STATES
from ossim.numerics.arrays import EVENT_LEVEL, MODES, Doses, input_level
from ossim.numerics.ode.problem import Problem
from ossim.strategies.base import STOP
from ossim.trial.exposure import FULL_EFFECT, Pharmacology

Line = tuple[Regimen, ...]


@dataclass(frozen=True)
class Lines:
    """Lines of an arm, compiled.

    Compartments are the drugs by concentration, then the drugs that are on or off.

    Attributes
    ----------
    first_event, last_event : shape (n_lines,), rows of the common event table
    basis : shape (n_lines, n_compartments), index into `BASES` of what a dose value is multiplied with
    sizes : shape (n_patients, len(BASES)), 1, body surface area [m^2], weight [kg]
    cross_resistant : shape (n_lines,), whether a VEGFR inhibitor other than the first one is given
    """

    doses: Doses
    first_event: np.ndarray
    last_event: np.ndarray
    basis: np.ndarray
    sizes: np.ndarray
    cross_resistant: np.ndarray


def compile_lines(lines: tuple[Line, ...], plan: Pharmacology, body_size: Mapping, n: int, until: float) -> Lines:
    """Compile the lines of an arm for `n` patients, each line for `until` days from its own start."""
    tables = [_line_events(line, plan, until) for line in lines]
    first_vegfr: set[str] = set()
    cross = []
    for line in lines:
        vegfr = {regimen.drug for regimen in line} & plan.vegfr
        cross.append(bool(first_vegfr) and not vegfr <= first_vegfr)
        first_vegfr = first_vegfr or vegfr
    counts = [table["time"].size for table in tables]
    last = np.cumsum(counts, dtype=np.int64)
    join = {name: np.concatenate([table[name] for table in tables]) for name in _COLUMNS}
    n_switches = len(plan.switches)
    no_modes = np.zeros(n_switches, np.int64)
    inputs = np.array([input_level(channel) for _, channel in plan.switches], np.int64)
    n_compartments = len(plan.drugs) + n_switches
    doses = Doses(
        **{name: np.ascontiguousarray(join[name], dtype) for name, dtype in _COLUMNS.items()},
        next=np.zeros(n, np.int64),
        last=np.zeros(n, np.int64),
        origin=np.zeros(n),
        first_mode=np.concatenate([plan.first_mode, no_modes]),
        last_mode=np.concatenate([plan.last_mode, no_modes]),
        state=np.concatenate([np.full(len(plan.drugs), MODES), inputs]),
        smooth=np.concatenate([plan.continuous, np.zeros(n_switches, np.bool_)]),
        scale=np.ones((n, n_compartments)),
    )
    basis = np.zeros((len(lines), n_compartments), np.int64)
    for number, line in enumerate(lines):
        for regimen in line:
            basis[number, plan.drugs.index(regimen.drug)] = BASES.index(regimen.basis)
    sizes = np.stack([np.ones(n), body_size["body_surface_area"], body_size["weight"]], axis=1)
    return Lines(doses, last - counts, last, basis, sizes, np.array(cross))


BASES = ("absolute", "per_m2", "per_kg")
_COLUMNS = {
    "time": np.float64,
    "kind": np.int64,
    "compartment": np.int64,
    "value": np.float64,
    "interval": np.float64,
    "duration": np.float64,
}


def _line_events(line: Line, plan: Pharmacology, until: float) -> dict[str, np.ndarray]:
    """Events of one line as columns: doses averaged where asked, absorption delayed by its lag, on/off drugs switched.

    A dose still in its lag time when the line ends is not absorbed.
    """
    given = tuple(_averaged(regimen) for regimen in line) if plan.daily_mean else line
    table = compile_events(given, plan.drugs, until)
    # a drug that only switches on and off has no concentration for its doses to change
    kept = (plan.last_mode > plan.first_mode)[table.compartment]
    columns = {name: np.asarray(getattr(table, name), dtype)[kept] for name, dtype in _COLUMNS.items()}
    delay = np.where(table.kind == EventKind.RATE, 0.0, plan.lag[table.compartment])
    columns["time"] = columns["time"] + delay[kept]
    switched = [_switch_events(line, place, plan, until) for place in range(len(plan.switches))]
    for times, values, compartment in switched:
        extra = {"time": times, "value": values, "kind": EVENT_LEVEL, "compartment": compartment}
        for name in _COLUMNS:
            columns[name] = np.concatenate([columns[name], np.broadcast_to(extra.get(name, 0.0), times.size)])
    order = np.argsort(columns["time"], kind="stable")
    return {name: values[order] for name, values in columns.items()}


def _switch_events(line: Line, place: int, plan: Pharmacology, until: float) -> tuple[np.ndarray, np.ndarray, int]:
    """Times and signs at which an on/off drug begins and ends to act: each dose counts until the next is due."""
    name, _ = plan.switches[place]
    spans: list[tuple[float, float]] = []
    for regimen in (regimen for regimen in line if regimen.drug == name):
        starts, ends = dose_times(regimen, until)
        covered = float(regimen.interval) if regimen.interval is not None and regimen.dose_days is None else 1.0
        spans += [(start, max(start + covered, end)) for start, end in zip(starts, ends, strict=True)]
    merged: list[list[float]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1] + 1e-9:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    times = np.array([time for span in merged for time in span])
    values = np.tile([FULL_EFFECT, -FULL_EFFECT], len(merged))
    return times, values, len(plan.drugs) + place


def _averaged(regimen: Regimen) -> Regimen:
    """The regimen with each dose spread evenly over the time to the next.

    Only doses given at least daily are spread: a rare pulse acts through its peak.
    """
    if regimen.interval is None or regimen.dose_days is not None or regimen.interval > 1:
        return regimen
    return replace(regimen, duration=regimen.interval, route=None)


def start_line(problem: Problem, lines: Lines, who: np.ndarray, line: np.ndarray, time: float, traits: dict) -> None:
    """Put the patients `who` (indices) on their new `line` (or `STOP`) at `time`, in place.

    What was being infused stops; drug already given washes out; the clock of new lesions starts again.

    Parameters
    ----------
    traits : arrays, shape (n_patients,): "tolerance" of resistant cells to hypoxia, "cross_resistance", the factor on
        it while a VEGFR inhibitor other than the first one is given, and "new_lesion_threshold"
    """
    runs, exposure, doses, clocks = problem.runs, problem.exposure, problem.doses, problem.clocks
    treated = line != STOP
    index = np.where(treated, line, 0)
    exposure.rate[who] = 0.0
    exposure.level[who] = 0.0
    doses.scale[who] = np.take_along_axis(lines.sizes[who], lines.basis[index], axis=1)
    doses.next[who] = np.where(treated, lines.first_event[index], 0)
    doses.last[who] = np.where(treated, lines.last_event[index], 0)
    doses.origin[who] = time
    flagged = treated & lines.cross_resistant[index]
    column = kernel_index("xi")
    tolerance = traits["tolerance"][who]
    runs.parameters[who, column] = np.where(flagged, tolerance * traits["cross_resistance"][who], tolerance)
    # moving the threshold, not the state, keeps the course of the disease free of bookkeeping
    clocks.threshold[who, 0] = runs.state[who, SHARED_STATES.index("Hn")] + traits["new_lesion_threshold"][who]
    clocks.crossed[who, 0] = np.nan
    problem.watch.crossed[who] = np.nan
    problem.watch.active[who] = treated
