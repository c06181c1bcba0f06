"""How large a trial may be: number of visits, numbers kept, doses of a line; more is a fault with its key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ossim.config.parts import Line
from ossim.config.schema import TrialConfig
from ossim.config.text import Location
from ossim.dosing import Regimen, compile_events
from ossim.errors import Fault, InputError
from ossim.units import quantity

MAX_VISITS = 10_000
MAX_HORIZON = 36_525.0  # a hundred years [day]
# A visit takes some 40 bytes on disk, a point of a time course some 60 in memory: below 20 and 4 GB.
MAX_PATIENT_VISITS = 500_000_000
MAX_POINTS = 60_000_000


def n_visits(every: float, until: float) -> int:
    """Return the number of visits at multiples of `every` up to `until` [day], baseline included."""
    return int(until / every + 1e-9) + 1


def check_visits(visits: Mapping[str, Any], faults: Any) -> None:
    """Note visits that end before the first, last too long, or are too many."""
    if faults.inside(("visits",)) or not {"every", "until"} <= set(visits):
        return
    every, until = quantity(visits["every"], "time"), quantity(visits["until"], "time")
    if until < every:
        faults.add(("visits", "until"), f"'{visits['until']}' ends before the first visit at '{visits['every']}'")
    elif until > MAX_HORIZON:
        faults.add(("visits", "until"), f"'{visits['until']}' is {until:g} days; at most {MAX_HORIZON:g}, 100 years")
    elif n_visits(every, until) > MAX_VISITS:
        number = f"{n_visits(every, until):,} visits; at most {MAX_VISITS:,}"
        faults.add(("visits", "every"), f"'{visits['every']}' until '{visits['until']}' gives {number}")


def check_size(checked: TrialConfig, faults: Any) -> None:
    """Note a result that would not fit into an ordinary computer."""
    arms, size, output = len(checked.arms), checked.cohort.size, checked.output
    visits = n_visits(checked.visits.every, checked.visits.until)
    if arms * size * visits > MAX_PATIENT_VISITS:
        product = f"{arms} arms x {size:,} patients x {visits:,} visits is {arms * size * visits:,}"
        faults.add(("cohort", "size"), f"{product}; at most {MAX_PATIENT_VISITS:,}")
    tracked, times = min(output.trajectories, size), n_visits(output.every, checked.visits.until)
    if arms * max(tracked, 1) * times > MAX_POINTS:
        product = f"{arms} arms x {tracked:,} time courses x {times:,} points is {arms * tracked * times:,}"
        key = "trajectories" if times <= MAX_VISITS else "every"
        faults.add(("output", key), f"{product}; at most {MAX_POINTS:,}")


def check_doses(line: Line, place: Location, until: float, faults: Any) -> None:
    """Note what keeps the regimens of a line from being given together until `until` [day]."""
    faults.attempt(place, lambda: _compile(line, until))


def _compile(line: tuple[Regimen, ...], until: float) -> None:
    try:
        compile_events(line, tuple(dict.fromkeys(regimen.drug for regimen in line)), until)
    except InputError as error:
        # Keys of the event table are no keys of the config.
        messages = (fault.message if isinstance(fault, Fault) else fault for fault in error.faults)
        raise InputError(*messages) from None
