"""A regimen: what is prescribed of one drug, and the exact times at which its doses are given."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType

import numpy as np

from ossim.dosing.times import count_before, exact_times
from ossim.errors import Fault, InputError, nearest
from ossim.units import rational

BASES = MappingProxyType({"absolute": "mg", "per_m2": "mg/m^2", "per_kg": "mg/kg"})
ROUTES = ("oral", "iv", "sc", "im", "ip")
SHORTEST_INFUSION = Fraction(1, 86400)  # one second: below it a double at day 3650 keeps too few digits of the length
MOST_DOSES = 100_000
LARGEST_DOSE, LATEST_DAY = 10**12, 10**7

_TIMES = ("interval", "start", "stop", "days_on", "days_off", "duration")
_COUNTS = ("n_doses", "cycles")


@dataclass(frozen=True)
class Regimen:
    """One drug, one dose, one schedule; day 0 is the start of treatment and `stop` is the first moment without doses.

    Parameters
    ----------
    drug : name as written
    dose : amount of one administration [mg], [mg/m^2] or [mg/kg] by `basis`
    basis : 'absolute', 'per_m2' or 'per_kg'
    interval : time from dose to dose [day]; with `dose_days` the length of the cycle; None for a single dose
    n_doses : number of administrations, None without limit
    start, stop : first dose, and end of dosing [day]; an infusion that runs at `stop` is completed
    days_on, days_off : lengths of the two parts of a cycle [day], None for continuous dosing
    cycles : number of cycles, None without limit
    dose_days : days of the cycle with a dose, counted from 1
    duration : length of an infusion [day], 0 for a bolus or an oral dose
    route : one of `ROUTES`, or None where it does not matter
    drug_span : where the drug stands in the text this came from; not compared

    Raises
    ------
    InputError
        One fault per field that does not fit, its `key` the name of the field.
    """

    drug: str
    dose: float
    basis: str = "absolute"
    interval: Fraction | None = None
    n_doses: int | None = None
    start: Fraction = Fraction(0)
    stop: Fraction | None = None
    days_on: Fraction | None = None
    days_off: Fraction | None = None
    cycles: int | None = None
    dose_days: tuple[int, ...] | None = None
    duration: Fraction = Fraction(0)
    route: str | None = None
    drug_span: tuple[int, int] | None = field(default=None, compare=False, repr=False)

    def __post_init__(self):
        if self.interval is None and self.n_doses == 1:
            object.__setattr__(self, "n_doses", None)
        faults = list(_coerce(self)) or list(_faults(self))
        if faults:
            raise InputError(*(Fault("regimen", 0, key, message) for key, message in faults))

    @property
    def unit(self) -> str:
        """Unit of the dose: mg, mg/m^2 or mg/kg."""
        return BASES[self.basis]

    @property
    def cycle(self) -> Fraction | None:
        """Length of a cycle [day], None where dosing is continuous."""
        if self.days_on is not None:
            return self.days_on + self.days_off
        return self.interval if self.dose_days else None


def trains(regimen: Regimen, until: float) -> tuple[tuple[Fraction, Fraction, int], ...]:
    """Return the doses that start before `until` [day] as rows of first time [day], step [day] and number.

    Raises
    ------
    InputError
        When more than `MOST_DOSES` doses fall before `until`.
    """
    r = regimen
    end = Fraction(until) if r.stop is None else min(Fraction(until), r.stop)
    if r.interval is None:
        rows = [(r.start, Fraction(0), int(r.start < end))]
    elif r.dose_days:
        per_cycle = len(r.dose_days)
        rows = []
        for place, day in enumerate(r.dose_days):
            given = None if r.n_doses is None else -(-(r.n_doses - place) // per_cycle)
            first = r.start + day - 1
            rows.append((first, r.interval, _least(count_before(first, r.interval, end), r.cycles, given)))
    elif r.days_on is not None:
        per_cycle = math.ceil(r.days_on / r.interval)
        rows, left = [], r.n_doses
        n_cycles = _least(count_before(r.start, r.cycle, end), r.cycles, None)
        _check_number(r, n_cycles, end)
        for cycle in range(n_cycles):
            first = r.start + cycle * r.cycle
            rows.append((first, r.interval, _least(count_before(first, r.interval, end), per_cycle, left)))
            left = None if left is None else left - rows[-1][2]
    else:
        rows = [(r.start, r.interval, _least(count_before(r.start, r.interval, end), r.n_doses, None))]
    _check_number(r, sum(count for *_, count in rows), end)
    return tuple(row for row in rows if row[2] > 0)


def dose_times(regimen: Regimen, until: float) -> tuple[np.ndarray, np.ndarray]:
    """Return when each dose that starts before `until` [day] starts and ends, nearest to the exact times.

    Returns
    -------
    starts, ends : numpy.ndarray [day], shape (n_doses,), ascending; equal for a bolus

    Raises
    ------
    InputError
        As `trains`.
    """
    rows = trains(regimen, until)
    starts = np.sort(np.concatenate([np.empty(0), *(exact_times(*row) for row in rows)]))
    if not regimen.duration:
        return starts, starts
    late = [exact_times(first + regimen.duration, step, count) for first, step, count in rows]
    return starts, np.sort(np.concatenate([np.empty(0), *late]))


def _least(number: int, *limits: int | None) -> int:
    return max(min((number, *(limit for limit in limits if limit is not None))), 0)


def _check_number(regimen: Regimen, number: int, end: Fraction) -> None:
    if number > MOST_DOSES:
        many = f"{number:.3g} doses before day {float(end):g}"
        raise InputError(f"{regimen.drug}: {many}, at most {MOST_DOSES} are allowed")


def _coerce(regimen: Regimen) -> Iterator[tuple[str, str]]:
    """Turn numbers into floats, fractions and tuples in place, and yield what is no such number."""
    for name, largest in (("dose", LARGEST_DOSE), *((name, LATEST_DAY) for name in _TIMES)):
        value = getattr(regimen, name)
        if value is None and name not in ("dose", "start", "duration"):
            continue
        try:
            number = rational(value)
        except InputError as error:
            yield name, str(error)
            continue
        if abs(number) > largest:
            yield name, f"expected a number up to {largest:.0e}"
        else:
            object.__setattr__(regimen, name, float(value) if name == "dose" else number)
    for name in _COUNTS:
        value = getattr(regimen, name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1):
            yield name, f"expected a whole number from 1, got {value!r}"
    if regimen.dose_days is not None:
        days = tuple(regimen.dose_days) if not isinstance(regimen.dose_days, str) else (regimen.dose_days,)
        if not days or not all(isinstance(day, int | np.integer) and not isinstance(day, bool) for day in days):
            yield "dose_days", f"expected whole days such as 1, 8, got {regimen.dose_days!r}"
        else:
            object.__setattr__(regimen, "dose_days", tuple(int(day) for day in days))


def _faults(regimen: Regimen) -> Iterator[tuple[str, str]]:
    """Yield the field and the sentence for everything that cannot be prescribed."""
    r = regimen
    if not isinstance(r.drug, str) or not r.drug.strip():
        yield "drug", "expected the name of a drug"
    if r.dose <= 0:
        yield "dose", f"the dose must be above zero, got {r.dose:g} {BASES.get(r.basis, '')}".rstrip()
    if r.basis not in BASES:
        yield "basis", f"unknown basis '{r.basis}'{nearest(r.basis, BASES) or '; expected ' + ', '.join(BASES)}"
    if r.route is not None and r.route not in ROUTES:
        yield "route", f"unknown route '{r.route}'{nearest(r.route, ROUTES) or '; expected ' + ', '.join(ROUTES)}"
    if r.start < 0:
        yield "start", f"starts before day 0, at day {float(r.start):g}"
    if r.stop is not None and r.stop <= r.start:
        yield "stop", f"stops at day {float(r.stop):g}, not after its start at day {float(r.start):g}"
    yield from _schedule_faults(r)
    yield from _infusion_faults(r)


def _schedule_faults(r: Regimen) -> Iterator[tuple[str, str]]:
    if r.interval is None:
        cyclic = [name for name in ("days_on", "days_off", "cycles", "dose_days") if getattr(r, name) is not None]
        if cyclic:
            yield cyclic[0], "a single dose has no cycle; say how often the drug is given"
        if r.n_doses is not None and r.n_doses != 1:
            yield "n_doses", f"{r.n_doses} doses need an interval"
        return
    if r.interval <= 0:
        yield "interval", f"the interval must be above zero, got {float(r.interval):g} day"
        return
    if (r.days_on is None) != (r.days_off is None):
        yield ("days_off", "days_on needs days_off") if r.days_off is None else ("days_on", "days_off needs days_on")
    elif r.days_on is not None and r.dose_days:
        yield "dose_days", "give either days on / days off or the days of a cycle, not both"
    elif r.days_on is not None and (r.days_on <= 0 or r.days_off < 0):
        yield "days_on" if r.days_on <= 0 else "days_off", "days on must be above zero and days off not negative"
    elif r.days_on is not None and r.days_on < r.interval:
        yield "days_on", f"{float(r.days_on):g} days on are shorter than the interval of {float(r.interval):g} days"
    if r.cycles is not None and r.days_on is None and not r.dose_days:
        yield "cycles", "cycles need days on / days off or the days of a cycle"
    if r.dose_days:
        if any(day < 1 or day - 1 >= r.interval for day in r.dose_days):
            yield (
                "dose_days",
                f"the days of the cycle run from 1 to {math.ceil(r.interval)}, got {_list(r.dose_days)}",
            )
        elif list(r.dose_days) != sorted(set(r.dose_days)):
            yield "dose_days", f"the days of the cycle must ascend without repeats, got {_list(r.dose_days)}"


def _infusion_faults(r: Regimen) -> Iterator[tuple[str, str]]:
    if r.duration == 0:
        return
    if r.duration < SHORTEST_INFUSION:
        yield "duration", "an infusion lasts one second or more; leave the duration out for a bolus"
    elif r.route is not None and r.route != "iv" and r.route != "sc":
        yield "duration", f"a dose given by route '{r.route}' has no duration of infusion"
    elif r.interval is not None and r.interval > 0:
        gap, between = r.interval, "interval"
        if r.dose_days:
            later = (*r.dose_days[1:], r.dose_days[0] + r.interval)
            gap, between = min(b - a for a, b in zip(r.dose_days, later, strict=True)), "time between dose days"
        if r.duration > gap > 0:
            yield "duration", f"an infusion of {_hours(r.duration)} is longer than the {between} of {_hours(gap)}"


def _hours(time: Fraction) -> str:
    return f"{float(time * 24):g} h"


def _list(days: tuple[int, ...]) -> str:
    return ", ".join(str(day) for day in days)
