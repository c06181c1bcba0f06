"""The treatment lines of an arm as one event table, and the switch of patients from one line to the next."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..dosing import EventKind, Regimen, compile_events
from ..models.osteosarcoma_baseline import kernel_index
from ..models.osteosarcoma_patient import SHARED_STATES
from ..numerics.arrays import Doses
from ..numerics.problem import Problem
from ..strategies.visit import STOP
from .pharmacology import Pharmacology, levels

Line = tuple[Regimen, ...]


@dataclass(frozen=True)
class Lines:
    """Lines of an arm, compiled.

    Attributes
    ----------
    first_event, last_event : shape (n_lines,), rows of the common event table
    level : shape (n_lines, n_channels)
    cross_resistant : shape (n_lines,), whether a VEGFR inhibitor other than the first one is given
    """

    doses: Doses
    first_event: np.ndarray
    last_event: np.ndarray
    level: np.ndarray
    cross_resistant: np.ndarray

    @property
    def count(self) -> int:
        return self.first_event.size


def compile_lines(lines: tuple[Line, ...], plan: Pharmacology, body_size: dict, n: int, until: float) -> Lines:
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
    n_drugs = len(plan.drugs)
    doses = Doses(
        **{name: np.ascontiguousarray(join[name], dtype) for name, dtype in _COLUMNS.items()},
        next=np.zeros(n, np.int64),
        last=np.zeros(n, np.int64),
        origin=np.zeros(n),
        first_mode=plan.first_mode,
        last_mode=plan.last_mode,
        state=np.full(n_drugs, -1),
        smooth=plan.oral,
        scale=_scale(lines, plan, body_size, n),
    )
    level = np.array([levels(plan, tuple(regimen.drug for regimen in line)) for line in lines])
    return Lines(doses, last - counts, last, level, np.array(cross))


_COLUMNS = {
    "time": np.float64,
    "kind": np.int64,
    "compartment": np.int64,
    "value": np.float64,
    "interval": np.float64,
    "duration": np.float64,
}


def _line_events(line: Line, plan: Pharmacology, until: float) -> dict[str, np.ndarray]:
    """Events of one line as columns: doses averaged over their interval where asked, absorption delayed by its lag."""
    if plan.daily_mean:
        line = tuple(_averaged(regimen) for regimen in line)
    table = compile_events(line, plan.drugs, until)
    time = table.time + np.where(table.kind == EventKind.RATE, 0.0, plan.lag[table.compartment] if line else 0.0)
    # a rate that goes on unchanged is no event
    keep = np.ones(time.size, bool)
    for drug in range(len(plan.drugs)):
        rates = np.flatnonzero((table.compartment == drug) & (table.kind == EventKind.RATE))
        keep[rates[1:]] = np.diff(table.value[rates]) != 0.0
    order = np.flatnonzero(keep)[np.argsort(time[keep], kind="stable")]
    return {name: getattr(table, name)[order] for name in _COLUMNS} | {"time": time[order]}


def _averaged(regimen: Regimen) -> Regimen:
    """The regimen with each dose spread evenly over the time to the next; single doses stay as they are."""
    if regimen.interval is None or regimen.dose_days is not None:
        return regimen
    return replace(regimen, duration=regimen.interval)


def _scale(lines: tuple[Line, ...], plan: Pharmacology, body_size: dict, n: int) -> np.ndarray:
    """What a dose value is multiplied with: 1, body surface area [m^2] or weight [kg]; shape (n, n_drugs)."""
    scale = np.ones((n, len(plan.drugs)))
    sizes = {"per_m2": "body_surface_area", "per_kg": "weight"}
    for line in lines:
        for regimen in line:
            if regimen.basis in sizes:
                scale[:, plan.drugs.index(regimen.drug)] = body_size[sizes[regimen.basis]]
    return scale


def start_line(
    problem: Problem, lines: Lines, who: np.ndarray, line: np.ndarray, time: float, traits: dict
) -> None:
    """Put the patients `who` (indices) on their new `line` (or `STOP`) at `time`, in place.

    What was being infused stops; drug already given washes out; the clock of new lesions starts again.

    Parameters
    ----------
    traits : arrays, shape (n_patients,): "tolerance" of resistant cells to hypoxia, "cross_resistance", the factor on it
        while a VEGFR inhibitor other than the first one is given, and "new_lesion_threshold"
    """
    runs, exposure, doses, clocks = problem.runs, problem.exposure, problem.doses, problem.clocks
    treated = line != STOP
    index = np.where(treated, line, 0)
    exposure.rate[who] = 0.0
    exposure.level[who] = np.where(treated[:, None], lines.level[index], 0.0)
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
