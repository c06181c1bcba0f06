"""The course of patients whose lesions live in space: body and lesions in turns, a step at a time.

The body (drug levels, bypass, biomarkers, hazards) is the patient model itself, run by its own engine. Its lesions are
readings: after each step the state of a lesion is what is read off the grid, in the units of the lumped patient, so
that visits, strategies, hazards and figures see one patient. Over a step the body sees the lesions as they will be in
its middle if they go on as before; the lesions get what drugs do as the body had it (`drives`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic

import numpy as np

from ossim.cohort.sampling import Patients
from ossim.config.arm import Arm
from ossim.config.space import Space
from ossim.criteria import Criterion
from ossim.dataset import Status
from ossim.model.patient.equations import LESION_STATES
from ossim.model.patient.observables import diameters, lesions
from ossim.model.patient.spatial import CELLS
from ossim.numerics.ode.problem import Problem
from ossim.numerics.pde.evolve import Ended
from ossim.trial.spatial.coupling import READ, hold_lesions, outputs_due, parameter, run_body
from ossim.trial.spatial.enrollment import values_of
from ossim.trial.spatial.growth import Grown
from ossim.trial.spatial.lesion import Lesion, Reading

AT_VISIT = ("rim_width", "hypoxic_fraction", "drug_penetration", "interstitial_pressure", "necrotic_fraction")
_LEAST = 1e-12  # vessels of a lesion that is gone: none would divide zero by zero
_STATE = {name: LESION_STATES.index(name) for name in LESION_STATES}


@dataclass(frozen=True)
class SpatialPlan:
    """What the patients of a block share in space.

    Attributes
    ----------
    space : parameters of the spatial model
    section : `space` of the config
    grown : (patient, lesion) -> the lesion at enrollment, the same in all arms
    failed : patients of the block with a lesion that cannot be grown
    times : when fields are kept [day], and `keep`, called then as ``keep(arm, lesion, number of the time)``
    """

    space: Mapping[str, float]
    section: Space
    grown: Mapping[tuple[int, int], Grown]
    failed: tuple[int, ...]
    times: np.ndarray
    keep: Callable[[str, Lesion, int], None]


@dataclass
class SpatialLesion:
    """A lesion in space and how it reads in the units of the lumped patient: factors of viable cells and of matrix."""

    lesion: Lesion
    patient: int
    number: int
    viable: float
    matrix: float
    oxygen: float
    delivery: float


class SpatialCourse:
    """Patients of one arm whose lesions live in space.

    Parameters
    ----------
    problem : the patients in the engine, at enrollment
    criterion : whose burden and whose rise over its minimum is progression
    """

    beyond = AT_VISIT

    def __init__(
        self,
        problem: Problem,
        engine: Callable,
        patients: Patients,
        plan: SpatialPlan,
        arm: Arm,
        criterion: Criterion,
    ):
        self.problem, self.engine, self.plan, self.arm = problem, engine, plan, arm
        self.criterion, self.first = criterion, patients.first
        self.step = plan.space["time_step"]
        self.time, self.began = 0.0, monotonic()
        self.readings: dict[int, list[tuple[SpatialLesion, Reading]]] = {}
        state = lesions(problem.runs.state)
        self.change = np.zeros_like(state)  # of what is read off lesions, per day of the last step
        self.total = np.full(patients.size, np.nan)  # burden when lesions were last read
        hold_lesions(problem)
        self.lesions = [
            self._spatial_lesion(start, state[key], *key, values_of(patients, *key))
            for key, start in plan.grown.items()
        ]
        problem.runs.status[list(plan.failed)] = Status.bad_parameter
        self._read_all(0.0)
        self._keep()

    def _spatial_lesion(self, start: Grown, state: np.ndarray, patient: int, number: int, values) -> SpatialLesion:
        lesion = Lesion(start, float(values["lesion_diameter"]), values, self.plan.space, self.plan.section)
        reading = lesion.read()
        viable = state[[_STATE[name] for name in ("S", "R", "C")]].sum() / (reading.clones.sum() * reading.volume)
        matrix = state[_STATE["X"]] / max(reading.matrix * reading.volume, np.finfo(float).tiny)
        return SpatialLesion(lesion, patient, number, viable, matrix, reading.oxygen, lesion.look().delivery)

    def __call__(self, time: float) -> None:
        """Advance all patients who are alive to day `time`, stopping where fields are kept.

        Vessels are closed after what is read or kept on that day.
        """
        loss = self.arm.embolization
        known = self.plan.times if loss is None else np.union1d(self.plan.times, loss.day)
        between = known[(known > self.time) & (known < time)]
        for stop in (*between, time):
            if loss is not None and self.time == loss.day < stop:
                self._embolize(loss.fraction)
            self._advance(float(stop))
            self._keep()

    def _embolize(self, fraction: float) -> None:
        """Close vessels of the lesions of all patients who are alive."""
        runs = self.problem.runs
        for item in self.lesions:
            if runs.status[item.patient] == Status.ok and runs.time[item.patient] >= self.time:
                item.lesion.embolize(fraction)
                self._judge(item)
        self.change[...] = 0.0
        self._read_all(self.time)

    def _advance(self, time: float) -> None:
        count = max(1, int(np.ceil((time - self.time) / self.step * (1.0 - 1e-12)))) if time > self.time else 0
        for left in range(count, 0, -1):
            start = self.time
            stop = time if left == 1 else start + (time - start) / left
            self._step(start, stop)
            self.time = stop

    def _keep(self) -> None:
        """Keep the fields of the first lesion of the first patient of all, if this is the time."""
        place = np.flatnonzero(np.abs(self.plan.times - self.time) < 1e-9)
        alive = self.problem.runs.status[0] == Status.ok and self.problem.runs.time[0] >= self.time
        if place.size and self.first == 0 and alive:
            self.plan.keep(self.arm.name, self.lesions[0].lesion, int(place[0]))

    def _step(self, start: float, stop: float) -> None:
        runs, watch = self.problem.runs, self.problem.watch
        state, watched = lesions(runs.state), watch.active.copy()
        before, begun = state.copy(), (runs.status == Status.ok) & (runs.time >= start)
        foreseen = np.where(begun[:, None, None], self.change, 0.0)
        _set(state, before, foreseen, 0.5 * (stop - start))
        watch.active[:] = False  # lesions rise and turn in space, not in the engine
        acting = run_body(self.problem, self.engine, start, stop)
        watch.active[:] = watched
        for item in self.lesions:
            if runs.status[item.patient] != Status.ok or runs.time[item.patient] < stop:
                continue  # dead, or failed
            item.lesion.advance(stop, self._drives(item, acting))
            self._judge(item)
        self._read_all(stop)
        lived = (runs.status == Status.ok) & (runs.time >= stop)
        for patient in np.flatnonzero(begun & ~lived):
            _set(state[patient], before[patient], foreseen[patient], runs.time[patient] - start)
        found = np.where(lived[:, None, None], (state - before) / (stop - start), foreseen)
        self._show(start, stop, before, found, begun)
        self.change = np.where(lived[:, None, None], found, 0.0)
        limit = self.plan.section.wall_clock
        if limit is not None and monotonic() - self.began > limit:
            runs.status[lived] = Status.wall_clock

    def _show(self, start: float, stop: float, before: np.ndarray, change: np.ndarray, begun: np.ndarray) -> None:
        """Let lesions in the outputs of a step go straight from what they were to what they are, or until death."""
        records, runs = self.problem.records, self.problem.runs
        for output in outputs_due(self.problem, start, stop):
            time, shown = records.time[output], lesions(records.state[:, output])
            for patient in np.flatnonzero((records.row >= 0) & begun & (runs.time >= time)):
                _set(shown[records.row[patient]], before[patient], change[patient], time - start)

    def _judge(self, item: SpatialLesion) -> None:
        """Note how a lesion that cannot go on ended."""
        if item.lesion.ended is not Ended.ok:
            self.problem.runs.status[item.patient] = Status[item.lesion.ended.name]
        elif item.lesion.touches():
            self.problem.runs.status[item.patient] = Status.touches_boundary

    def _drives(self, item: SpatialLesion, acting: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """What holds for a lesion in each half of the step, by kernel symbol."""
        place = item.patient, item.number
        found = {name: values[place[: values.ndim - 1]] for name, values in acting.items()}
        found["lam"] = item.lesion.kernel["lam"] * found.pop("room")
        found["xi"] = np.full(2, parameter(self.problem, "xi")[item.patient])
        return found

    def _read_all(self, time: float) -> None:
        """Write what is read off each lesion into the state of the patients, and watch for progression."""
        runs, watch = self.problem.runs, self.problem.watch
        before, self.readings = self.total, {}
        for item in self.lesions:
            if runs.status[item.patient] != Status.ok or runs.time[item.patient] < time:
                continue
            reading = item.lesion.read()
            self._write(item, reading)
            self.readings.setdefault(item.patient, []).append((item, reading))
        self.total = total = self.criterion.burden(diameters(runs.state))
        who = watch.active & np.isnan(watch.crossed) & (runs.status == Status.ok) & (runs.time >= time)
        factor, margin = 1.0 + self.criterion.progression, self.criterion.progression_absolute
        limit = np.maximum(factor * watch.lowest, watch.lowest + margin)
        crossed = np.flatnonzero(who & (total >= limit))
        rise = np.maximum(total - before, np.finfo(float).tiny)[crossed]
        part = np.minimum((total - limit)[crossed], rise) / rise
        watch.crossed[crossed] = time - part * (time - self.time)
        watch.lowest[who] = np.minimum(watch.lowest[who], total[who])

    def _write(self, item: SpatialLesion, reading: Reading) -> None:
        """Set the state of a lesion to what is read off it; its total is the volume of the outline."""
        state = lesions(self.problem.runs.state)[item.patient, item.number]
        clones = reading.clones * reading.volume * item.viable
        for number, name in enumerate(CELLS):
            if 0.0 < clones[number] < parameter(self.problem, "Nmin")[item.patient]:
                item.lesion.remove(name)
                clones[number] = 0.0
        matrix = reading.matrix * reading.volume * item.matrix
        filled = clones.sum() + matrix
        scale = min(reading.volume / filled, 1.0) if filled > 0.0 else 1.0
        state[[_STATE[name] for name in ("S", "R", "C")]] = clones * scale
        state[_STATE["X"]] = matrix * scale
        state[_STATE["D1"]], state[_STATE["D2"]] = 0.0, max(reading.volume - filled * scale, 0.0)
        # vessels that give the lumped patient the oxygenation read off, relative to enrollment
        u1, kappa = (parameter(self.problem, symbol)[item.patient] for symbol in ("u1", "kappa"))
        u = min(u1 * reading.oxygen / item.oxygen, 0.999)
        flow = np.sqrt(kappa * u / (1.0 - u)) * clones.sum() * scale / parameter(self.problem, "c0")[item.patient]
        immature, mature = reading.vessels
        weight = mature + parameter(self.problem, "eps")[item.patient] * immature
        state[_STATE["Ki"]], state[_STATE["Km"]] = _LEAST + np.array([immature, mature]) * (flow / max(weight, 1e-300))

    def at_visit(self, n: int) -> dict[str, np.ndarray]:
        """Readings beyond those of the lumped patient, means over lesions weighted by volume, shape (n,)."""
        found = {name: np.full(n, np.nan) for name in AT_VISIT}
        for patient, pairs in self.readings.items():
            volume = np.array([reading.volume for _, reading in pairs])
            looks = [(item.lesion.look(), item.delivery) for item, _ in pairs]
            rows = np.array([one._replace(delivery=one.delivery / before) for one, before in looks])
            weight = volume / volume.sum() if volume.sum() > 0.0 else np.full(volume.size, 1.0 / volume.size)
            for name, value in zip(AT_VISIT, weight @ rows, strict=True):
                found[name][patient] = value
        return found


def _set(state: np.ndarray, before: np.ndarray, change: np.ndarray, days: float) -> None:
    """Set what is read off lesions to what it was plus its change [1/day]; what is there does not vanish."""
    state[..., READ] = np.maximum(before + days * change, 0.5 * before)[..., READ]
