"""One arm of a virtual trial on one block of patients: from visit to visit, decisions in between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ossim.cohort.sampling import Patients
from ossim.config.arm import Arm
from ossim.config.solver import Solver
from ossim.criteria.recist import assess
from ossim.criteria.rules import Thresholds
from ossim.dataset import Response
from ossim.model.patient.baseline import baseline
from ossim.model.patient.equations import MAX_LESIONS, SHARED_STATES, SYSTEM
from ossim.model.patient.observables import diameters, observables, remove_extinct
from ossim.numerics.arrays import Clocks, Watch
from ossim.numerics.ode.devices import advance_on
from ossim.numerics.ode.problem import Problem, make_control, make_problem, make_records, make_runs
from ossim.rng import normals
from ossim.strategies import STOP, Visit
from ossim.trial import new_lesions
from ossim.trial.exposure import Pharmacology, exposure
from ossim.trial.spatial.course import SpatialCourse, SpatialPlan
from ossim.trial.treatment_lines import compile_lines, start_line

NEW_LESION, DEATH = 0, 1
AT_VISIT = ("tumor_volume", "viable_volume", "resistant_fraction", "vegf", "svegfr2")


@dataclass(frozen=True)
class Protocol:
    """What all arms of a trial share: visits and end of follow-up [day], criteria, noise, tolerances, device.

    `new_lesions` is "hazard" or "metastases".
    """

    seed: int
    visit_times: np.ndarray
    until: float
    thresholds: Thresholds
    measurement_error: np.ndarray | float
    solver: Solver
    trajectory_times: np.ndarray
    threads: int = 1
    device: str = "cpu"
    new_lesions: str = "hazard"
    space: SpatialPlan | None = None


def set_up(arm: Arm, patients: Patients, plan: Pharmacology, protocol: Protocol, tracked: np.ndarray):
    """Bind an arm and its patients to the engine: the problem and the compiled lines."""
    n = patients.size
    parameters, state = baseline(patients.values, patients.n_lesions)
    drugs = exposure(plan, patients)
    lines = compile_lines(arm.lines, plan, patients.body_size, n, protocol.until)
    clocks = Clocks(
        state=np.array([SHARED_STATES.index("Hn"), SHARED_STATES.index("Hd")]),
        terminal=np.array([False, True]),
        threshold=np.stack([patients.thresholds[f"{name}_threshold"] for name in ("new_lesion", "death")], axis=1),
        crossed=np.full((n, 2), np.nan),
    )
    solver = protocol.solver
    problem = make_problem(
        SYSTEM,
        make_runs(SYSTEM, state, parameters),
        n_units=patients.n_lesions,
        exposure=drugs,
        doses=lines.doses,
        clocks=clocks,
        watch=Watch(np.zeros(n, np.bool_), np.full(n, np.inf), np.full(n, np.nan)),
        records=make_records(protocol.trajectory_times, tracked, SYSTEM.n_states, plan.channel.size),
        control=make_control(
            rtol=solver.rtol,
            atol=solver.atol,
            max_steps=solver.max_steps,
            watch_factor=1.0 + protocol.thresholds.progression,
            watch_margin=protocol.thresholds.progression_absolute,
        ),
    )
    return problem, lines


def measured_diameters(true: np.ndarray, patients: Patients, protocol: Protocol, visit: int) -> np.ndarray:
    """Diameters as read at a visit [mm]: a log-normal error per lesion and visit, the same in every arm."""
    noise = np.stack(
        [
            normals(protocol.seed, f"visit/{visit}/lesion_{lesion}", patients.first, patients.size)
            for lesion in range(MAX_LESIONS)
        ],
        axis=1,
    )
    return true * np.exp(np.reshape(protocol.measurement_error, (-1, 1)) * noise)


def run_arm(
    arm: Arm,
    patients: Patients,
    plan: Pharmacology,
    protocol: Protocol,
    tracked: np.ndarray,
    progress: Callable[[int], None] = lambda done: None,
) -> tuple[dict[str, np.ndarray], Problem]:
    """Treat and observe a block of patients.

    Parameters
    ----------
    tracked : shape (n_patients,), row of the trajectory output of each patient, -1 for none
    progress : called with the number of patients after each visit

    Returns
    -------
    dict of arrays named as in the trial Dataset, leading dimension patient; and the problem, for its trajectories
    """
    strategy = arm.plan
    n, n_visits, n_lines = patients.size, protocol.visit_times.size, len(strategy.lines)
    problem, lines = set_up(arm, patients, plan, protocol, tracked)
    runs, watch = problem.runs, problem.watch
    grow = protocol.new_lesions == "metastases"
    metastases = new_lesions.begin(problem, patients) if grow else None
    thresholds = patients.thresholds["new_lesion_threshold"]
    traits = {
        "tolerance": np.broadcast_to(patients.values["hypoxia_tolerance"], n),
        "cross_resistance": np.broadcast_to(patients.values["cross_resistance"], n),
        # the engine dates new lesions of the hazard form only
        "new_lesion_threshold": np.full(n, np.inf) if grow else thresholds,
    }
    course = _course(problem, arm, patients, protocol)
    out = _empty(n, n_visits, n_lines, course.beyond)
    everyone, line = np.arange(n), np.zeros(n, np.int64)
    best, nadir = np.full(n, np.nan), np.full(n, np.nan)
    progressed_before = np.zeros(n, np.bool_)
    for visit, time in enumerate(protocol.visit_times):
        course(time)
        if metastases is not None and visit > 0:
            new_lesions.follow(metastases, problem, problem.clocks.crossed[:, NEW_LESION])
        remove_extinct(runs.state, runs.parameters)
        alive = (runs.status == 0) & (runs.time >= time)
        here = np.flatnonzero(alive)
        observed = observables(runs.state[here], runs.parameters[here])
        out["true_sum_of_diameters"][here, visit] = observed["sum_of_diameters"]
        for name in AT_VISIT:
            out[name][here, visit] = observed[name]
        for name, values in course.at_visit(n).items():
            out[name][here, visit] = values[here]
        seen = alive & (line != STOP)
        who = np.flatnonzero(seen)
        if who.size:
            true = diameters(runs.state[who])
            # noise is drawn for the whole block so that a patient's place in it never moves
            full = np.full((n, MAX_LESIONS), np.nan)
            full[who] = true
            measured = measured_diameters(full, patients, protocol, visit)
            total = np.where(seen, np.nansum(measured, axis=1), np.nan)
            new_lesion = problem.clocks.crossed[:, NEW_LESION] <= time
            response = np.full(n, Response.not_evaluable, np.int8)
            if visit > 0:
                codes, lowest = assess(total, best, nadir, new_lesion, thresholds=protocol.thresholds)
                response[who], nadir[who] = codes[who], lowest[who]
            out["visit_time"][who, visit] = time
            out["tumor_diameter"][who, visit] = measured[who]
            out["sum_of_diameters"][who, visit] = total[who]
            out["new_lesion"][who, visit] = new_lesion[who]
            out["line_at_visit"][who, visit] = line[who]
            out["response"][who, visit] = response[who]
            progressed = seen & (response == Response.PD)
            first = np.flatnonzero(progressed & ~progressed_before)
            out["progression_time"][first, line[first]] = time
            progressed_before |= progressed
            wanted = line
            if visit > 0:
                begun = np.take_along_axis(out["line_start"], np.maximum(line, 0)[:, None], axis=1)[:, 0]
                view = Visit(
                    visit, float(time), line, time - begun, progressed, response, total, best, nadir, total,
                    *(out[name][:, visit] for name in ("vegf", "svegfr2")),
                )  # fmt: skip
                wanted = np.where(seen, strategy.decide(view), line)
            change = np.flatnonzero(seen & (wanted != line)) if visit > 0 else everyone
            if change.size:
                _note_true_progression(out, problem, change, line)
                if visit > 0:
                    out["line_end"][change, line[change]] = time
                line = wanted
                start_line(problem, lines, change, line[change], float(time), traits)
                if metastases is not None:
                    new_lesions.start_line(metastases, change)
                begun = change[line[change] != STOP]
                out["line_start"][begun, line[begun]] = time
                best[begun], nadir[begun], progressed_before[begun] = total[begun], total[begun], False
                watch.lowest[begun] = np.nansum(full[begun], axis=1)
        progress(n)
    course(protocol.until)
    if metastases is not None:
        new_lesions.follow(metastases, problem, problem.clocks.crossed[:, NEW_LESION])
    _note_true_progression(out, problem, everyone, line)
    _close(out, problem, line)
    return out, problem


class LumpedCourse:
    """Patients as the engine runs them, without space."""

    beyond: tuple[str, ...] = ()

    def __init__(self, problem: Problem, protocol: Protocol):
        self.problem, self.threads, self.engine = problem, protocol.threads, advance_on(protocol.device)

    def __call__(self, time: float) -> None:
        """Advance all patients who are alive to day `time`."""
        self.engine(self.problem, time, self.threads)

    def at_visit(self, n: int) -> dict[str, np.ndarray]:
        """Nothing beyond what the state says."""
        return {}


def _course(problem: Problem, arm: Arm, patients: Patients, protocol: Protocol) -> LumpedCourse | SpatialCourse:
    if protocol.space is None:
        return LumpedCourse(problem, protocol)
    thresholds = protocol.thresholds
    limits = 1.0 + thresholds.progression, thresholds.progression_absolute
    return SpatialCourse(problem, advance_on("cpu"), patients, protocol.space, arm, *limits)


def _empty(n: int, n_visits: int, n_lines: int, beyond: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Output arrays holding "not there"; `beyond` are the readings of tumors in space."""
    floats = ("visit_time", "sum_of_diameters", "true_sum_of_diameters", *AT_VISIT, *beyond)
    out = {name: np.full((n, n_visits), np.nan) for name in floats}
    out["tumor_diameter"] = np.full((n, n_visits, MAX_LESIONS), np.nan)
    out["new_lesion"] = np.zeros((n, n_visits), np.int8)
    out["line_at_visit"] = np.full((n, n_visits), STOP, np.int8)
    out["response"] = np.zeros((n, n_visits), np.int8)
    for name in ("line_start", "line_end", "progression_time", "true_progression_time"):
        out[name] = np.full((n, n_lines), np.nan)
    return out


def _note_true_progression(out: dict, problem: Problem, who: np.ndarray, line: np.ndarray) -> None:
    """Date the progression itself: the earlier of target growth over its minimum and a new lesion."""
    who = who[line[who] != STOP]
    crossed = np.fmin(problem.watch.crossed[who], problem.clocks.crossed[who, NEW_LESION])
    known = out["true_progression_time"][who, line[who]]
    out["true_progression_time"][who, line[who]] = np.fmin(known, crossed)


def _close(out: dict, problem: Problem, line: np.ndarray) -> None:
    """Deaths, ends of the last lines, end of follow-up, status."""
    runs = problem.runs
    death = problem.clocks.crossed[:, DEATH]
    out["death_time"] = death.copy()
    out["follow_up"] = runs.time.copy()
    out["status"] = runs.status.astype(np.int8)
    open_line = np.flatnonzero(line != STOP)
    out["line_end"][open_line, line[open_line]] = runs.time[open_line]
