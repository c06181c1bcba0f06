"""Patients and regimens for the comparison of engine and oracle: the same numbers handed to both."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from reference_patient import CUBIC_MM_PER_CM, Dose, Kinetics, Patient, Treatment, integrate

from ossim.catalog import drug, population
from ossim.cohort.sampling import Patients, draw_patients
from ossim.config.arm import Arm
from ossim.config.solver import Solver
from ossim.criteria import make_criterion
from ossim.dosing import parse_regimen
from ossim.model.patient.equations import LESION_STATES, MAX_LESIONS, SHARED_STATES
from ossim.numerics.ode.problem import advance_problem
from ossim.trial.arm import set_up
from ossim.trial.exposure import plan_pharmacology
from ossim.trial.protocol import Protocol
from ossim.trial.treatment_lines import start_line

SEED = 2024
HORIZON = 120.0
#: volumes below this are not compared [mm^3]: one cell
CELL = 1e-6
DEFAULT_RTOL, DEFAULT_ATOL = (Solver.model_fields[name].default for name in ("rtol", "atol"))
QUARTER_HOUR = 15.0 / 1440.0


def cohort(first: int, size: int, seed: int = SEED, **fixed) -> Patients:
    """Patients of the relapsed population who never die and never show a new lesion."""
    drawn = draw_patients(population("relapsed"), seed, first, size, MAX_LESIONS, fixed)
    never = {name: np.full(size, np.inf) for name in drawn.thresholds}
    return replace(drawn, thresholds=never)


@dataclass(frozen=True)
class Course:
    """One drug of a regimen: dose days and amount as the oracle needs them."""

    drug: str
    amount: float
    times: np.ndarray
    duration: float = 0.0
    per_m2: bool = False


@dataclass(frozen=True)
class Regimen:
    """The same treatment twice: as texts for ossim, and as explicit doses for the oracle."""

    texts: tuple[str, ...]
    courses: tuple[Course, ...] = ()
    igf1r: bool = False
    mtor_full: bool = False
    second_texts: tuple[str, ...] = ()
    second_line: float = np.inf
    cross_resistant: bool = False


_DAYS = np.arange(0.0, HORIZON)
REGIMENS = {
    "untreated": Regimen(()),
    "sorafenib": Regimen(("sorafenib 400 mg b.i.d.",), (Course("sorafenib", 400.0, np.arange(0.0, HORIZON, 0.5)),)),
    "sorafenib_everolimus": Regimen(
        ("sorafenib 400 mg b.i.d.", "everolimus 5 mg q.d."),
        (Course("sorafenib", 400.0, np.arange(0.0, HORIZON, 0.5)), Course("everolimus", 5.0, _DAYS)),
    ),
    "regorafenib": Regimen(
        ("regorafenib 160 mg q.d., 3 weeks on / 1 week off",), (Course("regorafenib", 160.0, _DAYS[_DAYS % 28 < 21]),)
    ),
    "sunitinib": Regimen(
        ("sunitinib 50 mg q.d., 4 weeks on / 2 weeks off",), (Course("sunitinib", 50.0, _DAYS[_DAYS % 42 < 28]),)
    ),
    "cixutumumab_temsirolimus": Regimen(
        ("cixutumumab 6 mg/kg every 1 week over 60 min", "temsirolimus 25 mg every 1 week over 30 min"),
        igf1r=True,
        mtor_full=True,
    ),
    "doxorubicin": Regimen(
        ("doxorubicin 75 mg/m2 every 3 weeks over 15 min",),
        (Course("doxorubicin", 75.0, np.arange(0.0, HORIZON, 21.0), QUARTER_HOUR, per_m2=True),),
    ),
}


SWITCH = 60.0
_BEFORE, _AFTER = np.arange(0.0, SWITCH, 0.5), np.arange(SWITCH, HORIZON)
SEQUENCES = {
    "sorafenib_then_everolimus": Regimen(
        ("sorafenib 400 mg b.i.d.",),
        (Course("sorafenib", 400.0, _BEFORE), Course("everolimus", 10.0, _AFTER)),
        second_texts=("everolimus 10 mg q.d.",),
        second_line=SWITCH,
    ),
    "sorafenib_then_regorafenib": Regimen(
        ("sorafenib 400 mg b.i.d.",),
        (Course("sorafenib", 400.0, _BEFORE), Course("regorafenib", 160.0, _AFTER)),
        second_texts=("regorafenib 160 mg q.d.",),
        second_line=SWITCH,
        cross_resistant=True,
    ),
    "sorafenib_then_nothing": Regimen(
        ("sorafenib 400 mg b.i.d.",), (Course("sorafenib", 400.0, _BEFORE),), second_line=SWITCH
    ),
}


def advance(patients: Patients, regimen: Regimen, until: float, rtol: float, atol: float, max_steps: int = 1_000_000):
    """The patients at `until` days, through the arms, lines and drugs of ossim."""
    texts = (regimen.texts, regimen.second_texts) if regimen.second_line < until else (regimen.texts,)
    lines = tuple(tuple(parse_regimen(text) for text in line) for line in texts)
    arm = Arm.model_validate({"strategy": "sequence", "lines": list(lines)})
    names = tuple(dict.fromkeys(item.drug for line in lines for item in line))
    plan = plan_pharmacology(names, "calibrated")
    protocol = Protocol(
        seed=SEED,
        visit_times=np.array([0.0, until]),
        until=until,
        criterion=make_criterion(),
        measurement_error=0.0,
        solver=Solver(rtol=rtol, atol=atol, max_steps=max_steps),
        trajectory_times=np.zeros(0),
    )
    problem, compiled = set_up(arm, patients, plan, protocol, np.full(patients.size, -1))
    everyone = np.arange(patients.size)
    traits = {
        "tolerance": np.broadcast_to(patients.values["hypoxia_tolerance"], patients.size),
        "cross_resistance": np.broadcast_to(patients.values["cross_resistance"], patients.size),
        "new_lesion_threshold": patients.thresholds["new_lesion_threshold"],
    }
    for line in range(len(lines)):
        start = (0.0, regimen.second_line)[line]
        advance_problem(problem, start)
        start_line(problem, compiled, everyone, np.full(patients.size, line), start, traits)
    advance_problem(problem, until)
    return problem


def oracle_patient(patients: Patients, index: int) -> Patient:
    """Patient number `index` as the oracle sees them."""
    n = int(patients.n_lesions[index])
    lesion = {name: np.asarray(value)[index] for name, value in patients.values.items()}
    single = {name: float(value) for name, value in lesion.items() if np.ndim(value) == 0}
    return Patient(single, lesion["lesion_diameter"][:n], lesion["tki_resistant_fraction"][:n])


def oracle_treatment(patients: Patients, index: int, regimen: Regimen) -> Treatment:
    """The doses and kinetics of one patient."""
    kinetics, doses = [], []
    value = {name: np.asarray(item)[index] for name, item in patients.values.items()}
    for place, course in enumerate(regimen.courses):
        entry = drug(course.drug)
        facts = entry.pharmacokinetics.get("calibrated") or entry.pharmacokinetics["population"]
        effect = entry.effects[0]
        exposure = {"vegfr": value["exposure_tki"], "mtor": value["exposure_mtor"]}.get(effect.channel, 1.0)
        if effect.channel == "cytotoxic":
            potency = 1.0 / effect.ec50_mg_per_L
        else:
            multiplier = value["potency_multiplier" if effect.channel == "vegfr" else "mtor_potency_multiplier"]
            nanomolar = 1e6 * facts.fraction_unbound / entry.molecular_weight.value
            potency = nanomolar / effect.ic50_nM * multiplier
        peripheral = [
            (facts.intercompartmental_clearance, facts.peripheral_volume),
            (facts.intercompartmental_clearance_2, facts.peripheral_volume_2),
        ]
        kinetics.append(
            Kinetics(
                effect.channel,
                float(potency),
                facts.clearance / float(exposure),
                facts.volume_of_distribution,
                facts.absorption_rate,
                tuple(pair for pair in peripheral if pair[0] is not None),
            )
        )
        scale = float(patients.body_size["body_surface_area"][index]) if course.per_m2 else 1.0
        doses += [Dose(place, float(time), course.amount * scale, course.duration) for time in course.times]
    return Treatment(
        tuple(kinetics),
        tuple(doses),
        igf1r=regimen.igf1r,
        mtor_full=regimen.mtor_full,
        second_line=regimen.second_line,
        tolerance_factor=float(value["cross_resistance"]) if regimen.cross_resistant else 1.0,
    )


def oracle_state(patients: Patients, index: int, regimen: Regimen, until: float, method: str = "lsoda") -> np.ndarray:
    """The oracle's state at `until` days in the order and units of the engine (no unused lesions)."""
    treatment = oracle_treatment(patients, index, regimen)
    found = integrate(oracle_patient(patients, index), treatment, [until], method=method)[0]
    n_shared = len(SHARED_STATES)
    lesions = found[n_shared:].reshape(-1, len(LESION_STATES)).copy()
    volumes = [name != "B" for name in LESION_STATES]
    lesions[:, volumes] *= CUBIC_MM_PER_CM
    return np.concatenate([found[:n_shared], lesions.ravel()])


def worst_error(engine: np.ndarray, oracle: np.ndarray) -> float:
    """Largest relative difference over the states above a cell (of B and the shared states: above 1e-6)."""
    used = engine[: oracle.size]
    compared = np.abs(oracle) > CELL
    return float(np.max(np.abs(used[compared] / oracle[compared] - 1.0)))
