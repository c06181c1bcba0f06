"""Regimens written out: the canonical text of one, the length of a time in words, the calendar of doses."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from types import MappingProxyType

from ossim.dosing.regimen import Regimen, dose_times
from ossim.errors import InputError
from ossim.units import quantity, unit_factor

_OFTEN = MappingProxyType(
    {
        Fraction(1): "q.d.",
        Fraction(1, 2): "b.i.d.",
        Fraction(1, 3): "t.i.d.",
        Fraction(2): "q.o.d.",
        Fraction(7): "weekly",
    }
)
_MOST_DECIMALS = 6


def regimen_text(regimen: Regimen) -> str:
    """Return the canonical text of a regimen; parsing it gives an equal regimen."""
    r = regimen
    parts = [r.drug, _decimal(Fraction(r.dose)) or repr(r.dose), r.unit]
    if r.route:
        parts.append(r.route)
    if r.duration:
        parts.append(f"over {time_text(r.duration)}")
    if r.interval is None:
        parts.append("once")
    elif r.dose_days:
        days = "days" if len(r.dose_days) > 1 else "day"
        parts.append(f"on {days} {', '.join(map(str, r.dose_days))} of every {time_text(r.interval)}")
    else:
        parts.append(_OFTEN.get(r.interval) or f"every {time_text(r.interval)}")
    clauses = [" ".join(parts)]
    if r.days_on is not None:
        clauses.append(f"{time_text(r.days_on)} on / {time_text(r.days_off)} off")
    if r.cycles is not None:
        clauses.append(f"x {r.cycles} cycles")
    if r.n_doses is not None:
        clauses.append(f"x {r.n_doses} doses")
    if r.start:
        clauses.append(f"from {_moment(r.start)}")
    if r.stop is not None:
        clauses.append(f"until {_moment(r.stop)}")
    return ", ".join(clauses)


def time_text(time: Fraction) -> str:
    """Return a time [day] as ``4 weeks``, ``2.5 days``, ``12 h`` or ``10 min``, or as ``1/7 days`` to be exact."""
    weeks = time / 7
    if time and weeks.denominator == 1:
        return f"{weeks} week{'s' * (weeks != 1)}"
    for unit in ("day", "h", "min", "s"):
        decimal = _decimal(time / unit_factor(unit, "time"), 1 if unit == "day" else 3)
        if decimal is not None:
            return f"{decimal} {unit}{'s' * (unit == 'day' and time != 1)}"
    return f"{_decimal(time) or time} days"


def calendar(regimens: Regimen | Iterable[Regimen], until: float) -> list[tuple[float, str, str]]:
    """Return every dose before `until` as time [day], drug and amount in words, in order of time, then of drug.

    Raises
    ------
    InputError
        When `until` is no finite time above zero, or there are too many doses.
    """
    regimens = (regimens,) if isinstance(regimens, Regimen) else regimens
    end = horizon(until)
    rows = []
    for regimen in regimens:
        amount = f"{_decimal(Fraction(regimen.dose)) or repr(regimen.dose)} {regimen.unit}"
        amount += f" over {time_text(regimen.duration)}" if regimen.duration else ""
        rows += [(time, regimen.drug, amount) for time in dose_times(regimen, end)[0].tolist()]
    return sorted(rows)


def horizon(until: object) -> float:
    """Return the end of a calendar or event table [day] from a number of days or a text such as ``"2 years"``."""
    end = quantity(until, "time", allow_bare=True)
    if end <= 0:
        raise InputError(f"until: expected a time above zero, got {until}")
    return end


def _moment(time: Fraction) -> str:
    decimal = _decimal(time)
    return f"day {decimal}" if decimal else f"day {time}"


def _decimal(number: Fraction, most: int = _MOST_DECIMALS) -> str | None:
    """Return a number as a decimal without exponent if `most` digits after the point say it exactly."""
    for digits in range(most + 1):
        scaled = number * 10**digits
        if scaled.denominator == 1 and abs(scaled) < 10**15:
            return f"{int(scaled) / 10**digits:.{digits}f}"
    return None
