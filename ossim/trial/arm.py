"""One arm of a virtual trial on one block of patients: from visit to visit advance, observe, assess, decide."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ossim.cohort.sampling import Patients
from ossim.config.arm import Arm
from ossim.criteria import PRODUCTS
from ossim.dataset import Response
from ossim.model.patient.baseline import baseline
from ossim.model.patient.equations import SHARED_STATES, SYSTEM, SYSTEM_BY_PRODUCTS
from ossim.model.patient.observables import observables, remove_extinct
from ossim.numerics.arrays import HazardEvents, ProgressionMonitor
from ossim.numerics.ode.devices import advance_on
from ossim.numerics.ode.problem import Problem, make_control, make_problem, make_records, make_runs
from ossim.strategies import STOP, Visit, decide_checked
from ossim.trial import new_lesions
from ossim.trial.doses_given import DosesGiven
from ossim.trial.exposure import Pharmacology, exposure
from ossim.trial.observation import Scan, attenuation, scan
from ossim.trial.outputs import NEW_LESION, Outputs
from ossim.trial.protocol import Protocol
from ossim.trial.spatial.course import SpatialCourse
from ossim.trial.treatment_lines import Lines, compile_lines, start_line


def set_up(
    arm: Arm, patients: Patients, plan: Pharmacology, protocol: Protocol, tracked: np.ndarray
) -> tuple[Problem, Lines]:
    """Bind an arm and its patients to the engine: the problem and the compiled lines."""
    n = patients.size
    parameters, state = baseline(patients.values, patients.n_lesions)
    drugs = exposure(plan, patients)
    lines = compile_lines(arm.lines, plan, patients.body_size, n, protocol.until)
    clocks = HazardEvents(
        state=np.array([SHARED_STATES.index("Hn"), SHARED_STATES.index("Hd")]),
        terminal=np.array([False, True]),
        threshold=np.stack([patients.thresholds[f"{name}_threshold"] for name in ("new_lesion", "death")], axis=1),
        crossed=np.full((n, 2), np.nan),
    )
    solver, criterion = protocol.solver, protocol.criterion
    system = SYSTEM_BY_PRODUCTS if criterion.measures == PRODUCTS else SYSTEM
    problem = make_problem(
        system,
        make_runs(system, state, parameters),
        n_units=patients.n_lesions,
        exposure=drugs,
        doses=lines.doses,
        clocks=clocks,
        watch=ProgressionMonitor(np.zeros(n, np.bool_), np.full(n, np.inf), np.full(n, np.nan)),
        records=make_records(protocol.trajectory_times, tracked, system.n_states, plan.channel.size),
        control=make_control(
            rtol=solver.rtol,
            atol=solver.atol,
            max_steps=solver.max_steps,
            watch_factor=1.0 + criterion.progression,
            watch_margin=criterion.progression_absolute,
        ),
    )
    return problem, lines


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
    course = _Treatment(arm, patients, plan, protocol, tracked)
    for visit, time in enumerate(protocol.visit_times):
        course.advance(float(time))
        seen = course.observe(visit, float(time))
        if seen.patients.size:
            response = course.assess(visit, float(time), seen)
            course.decide(visit, float(time), seen, response)
        progress(patients.size)
    return course.finish(), course.problem


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
    return SpatialCourse(problem, advance_on("cpu"), patients, protocol.space, arm, protocol.criterion)


class _Treatment:
    """The patients of a block under one arm, and what is known of them from visit to visit.

    Attributes
    ----------
    line : shape (n_patients,), line of treatment each is on, or `STOP`
    best, nadir : burden at the beginning of the line, and the smallest since then
    reference : attenuation at the beginning of the line
    """

    def __init__(self, arm: Arm, patients: Patients, plan: Pharmacology, protocol: Protocol, tracked: np.ndarray):
        n = patients.size
        self.arm, self.strategy, self.patients, self.protocol = arm, arm.plan, patients, protocol
        self.problem, self.lines = set_up(arm, patients, plan, protocol, tracked)
        self.doses_given = DosesGiven(self.strategy.lines, self.lines.sizes, protocol.until)
        grow = protocol.new_lesions == "metastases"
        self.metastases = new_lesions.begin(self.problem, patients) if grow else None
        self.traits = {
            "tolerance": np.broadcast_to(patients.values["hypoxia_tolerance"], n),
            "cross_resistance": np.broadcast_to(patients.values["cross_resistance"], n),
            # the engine dates new lesions of the hazard form only
            "new_lesion_threshold": np.full(n, np.inf) if grow else patients.thresholds["new_lesion_threshold"],
        }
        self.course = _course(self.problem, arm, patients, protocol)
        self.outputs = Outputs(n, protocol.visit_times.size, len(self.strategy.lines), self.course.beyond)
        self.line = np.zeros(n, np.int64)
        self.best, self.nadir, self.reference = (np.full(n, np.nan) for _ in range(3))

    def advance(self, time: float) -> None:
        """Let all patients who are alive live to day `time`."""
        self.course(time)
        if self.metastases is not None and time > 0.0:
            new_lesions.follow(self.metastases, self.problem, self.problem.clocks.crossed[:, NEW_LESION])
        remove_extinct(self.problem.runs.state, self.problem.runs.parameters)

    def observe(self, visit: int, time: float) -> Scan:
        """Note the state of all who are alive, and scan those on treatment."""
        runs, n = self.problem.runs, self.patients.size
        alive = (runs.status == 0) & (runs.time >= time)
        here = np.flatnonzero(alive)
        observed = observables(runs.state[here], runs.parameters[here])
        self.outputs.state(visit, here, observed)
        for name, values in self.course.at_visit(n).items():
            self.outputs.arrays[name][here, visit] = values[here]
        dense = np.full(n, np.nan)
        if self.protocol.criterion.uses_attenuation:
            dense[here] = attenuation(observed, self.protocol.criterion)
        new_lesion = self.problem.clocks.crossed[:, NEW_LESION] <= time
        seen = alive & (self.line != STOP)
        return scan(runs.state, seen, new_lesion, dense, self.patients, self.protocol, visit)

    def assess(self, visit: int, time: float, seen: Scan) -> np.ndarray:
        """Judge the scans by the criterion; return the response of each patient. Baseline is not judged."""
        response = np.full(self.patients.size, Response.not_evaluable, np.int8)
        if visit > 0:
            criterion = self.protocol.criterion
            relative = seen.attenuation / self.reference if criterion.uses_attenuation else np.ones(self.patients.size)
            codes, lowest = criterion.assess(seen.burden, self.best, self.nadir, seen.new_lesion, relative)
            response[seen.patients], self.nadir[seen.patients] = codes[seen.patients], lowest[seen.patients]
        self.outputs.scan(visit, time, seen, self.line, response)
        return response

    def decide(self, visit: int, time: float, seen: Scan, response: np.ndarray) -> None:
        """Ask the strategy for the next line of each patient, and begin the lines that are new; all at baseline."""
        change, wanted = np.arange(self.patients.size), self.line
        if visit > 0:
            view = self._view(visit, time, seen, response)
            wanted = decide_checked(self.arm.strategy, self.strategy, view)
            change = np.flatnonzero(wanted != self.line)
        if not change.size:
            return
        self.outputs.true_progression(self.problem, change, self.line)
        if visit > 0:
            self.outputs.line_ends(change, self.line, time)
        self.line = wanted
        start_line(self.problem, self.lines, change, self.line[change], time, self.traits)
        if self.metastases is not None:
            new_lesions.start_line(self.metastases, change)
        begun = change[self.line[change] != STOP]
        self.outputs.line_begins(begun, self.line, time)
        self.best[begun] = self.nadir[begun] = seen.burden[begun]
        self.reference[begun] = seen.attenuation[begun]
        self.problem.watch.lowest[begun] = self.protocol.criterion.burden(seen.true[begun])

    def finish(self) -> dict[str, np.ndarray]:
        """Follow all patients to the end, and return what was kept of them."""
        self.course(self.protocol.until)
        if self.metastases is not None:
            new_lesions.follow(self.metastases, self.problem, self.problem.clocks.crossed[:, NEW_LESION])
        self.outputs.true_progression(self.problem, np.arange(self.patients.size), self.line)
        return self.outputs.close(self.problem, self.line)

    def _view(self, visit: int, time: float, seen: Scan, response: np.ndarray) -> Visit:
        """What the clinic knows on the day of a visit."""
        assessed = np.zeros(self.patients.size, np.bool_)
        assessed[seen.patients] = True
        time_on_line = time - self.outputs.begun(self.line)
        return Visit(
            number=visit,
            time=time,
            line=self.line,
            time_on_line=time_on_line,
            assessed=assessed,
            progressed=assessed & (response == Response.PD),
            response=response,
            new_lesion=assessed & seen.new_lesion,
            burden=seen.burden,
            baseline=self.best,
            nadir=self.nadir,
            diameters=seen.measured,
            sum_of_diameters=seen.sum_of_diameters,
            vegf=self.outputs.arrays["vegf"][:, visit],
            svegfr2=self.outputs.arrays["svegfr2"][:, visit],
            dose_given=self.doses_given(self.line, time_on_line),
        )
