"""How large a trial may be: numbers kept, doses of a line; more is a fault with its key."""

from __future__ import annotations

from ossim.config.arm import Arm, Arms
from ossim.config.cohort import Cohort
from ossim.config.solver import Output
from ossim.config.visits import MAX_VISITS, Visits, n_visits
from ossim.dosing import compile_events
from ossim.errors import Fault, InputError
from ossim.sections.base import FaultList, Location
from ossim.strategies import Line

# A visit takes some 40 bytes on disk, a point of a time course some 60 in memory: below 20 and 4 GB.
MAX_PATIENT_VISITS = 500_000_000
MAX_POINTS = 60_000_000


def check_size(arms: Arms, cohort: Cohort, visits: Visits, output: Output, faults: FaultList) -> None:
    """Note a result that would not fit into an ordinary computer."""
    n_arms, size = len(arms), cohort.size
    if n_arms * size * visits.number > MAX_PATIENT_VISITS:
        product = f"{n_arms} arms x {size:,} patients x {visits.number:,} visits is {n_arms * size * visits.number:,}"
        faults.add(("cohort", "size"), f"{product}; at most {MAX_PATIENT_VISITS:,}")
    tracked, times = min(output.trajectories, size), n_visits(output.every, visits.until)
    if n_arms * max(tracked, 1) * times > MAX_POINTS:
        product = f"{n_arms} arms x {tracked:,} time courses x {times:,} points is {n_arms * tracked * times:,}"
        key = "trajectories" if times <= MAX_VISITS else "every"
        faults.add(("output", key), f"{product}; at most {MAX_POINTS:,}")


def check_doses(arm: Arm, until: float, faults: FaultList) -> None:
    """Note what keeps the regimens of a line of an arm from being given together until `until` [day]."""
    keys = [key for key in ("lines", "regimen") if key in type(arm.options).model_fields]
    for number, line in enumerate(arm.lines):
        place: Location = ("arms", arm.name, *keys[:1], *([number] if keys[:1] == ["lines"] else []))
        faults.attempt(place, _compile, line, until)


def _compile(line: Line, until: float) -> None:
    try:
        compile_events(line, tuple(dict.fromkeys(regimen.drug for regimen in line)), until)
    except InputError as error:
        # Keys of the event table are no keys of the config.
        messages = (fault.message if isinstance(fault, Fault) else fault for fault in error.faults)
        raise InputError(*messages) from None
