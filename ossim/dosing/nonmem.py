"""Dose rows in the words of NONMEM (time, amt, cmt, ii, addl, rate, dur, evid, ss), checked; and regimens as rows.

``evid`` 0 is an observation and ignored, 1 a dose, 3 a reset of the pharmacokinetic compartments, 4 a reset and
then a dose. ``ss`` 1 puts the compartment of the row into the steady state of its dose before the dose is given,
``ss`` 2 adds that steady state to what is there. Bare numbers are days and the unit of `basis` (mg, mg/m^2, mg/kg);
text needs a unit. A row with ``amt`` 0 gives nothing and is dropped when rows are compiled.
"""

from __future__ import annotations

import numbers
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from fractions import Fraction
from types import MappingProxyType

from ossim.dosing.regimen import BASES, LARGEST_DOSE, LATEST_DAY, SHORTEST_INFUSION, Regimen, trains
from ossim.dosing.text import parse_dose
from ossim.dosing.writing import horizon
from ossim.errors import Fault, InputError, nearest
from ossim.units import exact_quantity, rational

EVIDS = (0, 1, 3, 4)


@dataclass(frozen=True)
class DoseRow:
    """One dose record: at `time`, and `addl` more times every `ii` days, `amt` into compartment `cmt`.

    Parameters
    ----------
    time, ii, dur : moment, interval and length of infusion [day]
    amt : amount [mg], [mg/m^2] or [mg/kg] by `basis`
    cmt : name, or number counted from 1; None where there is only one compartment
    rate : rate of infusion [amount / day], 0 for a bolus; instead of `dur`

    Raises
    ------
    InputError
        One fault per field that is wrong or does not go with another, its `key` the name of the field.
    """

    time: Fraction
    amt: float = 0.0
    cmt: str | int | None = None
    ii: Fraction = Fraction(0)
    addl: int = 0
    rate: float = 0.0
    dur: Fraction = Fraction(0)
    evid: int = 1
    ss: int = 0
    basis: str = "absolute"

    def __post_init__(self):
        faults = list(_coerce(self)) or list(_faults(self))
        if faults:
            raise InputError(*(Fault("dose row", 0, key, message) for key, message in faults))

    @property
    def duration(self) -> Fraction:
        """Length of the infusion [day], 0 for a bolus."""
        return rational(self.amt) / rational(self.rate) if self.rate else self.dur

    def record(self) -> dict[str, float | int | str | None]:
        """Return the row as plain numbers, from which `dose_rows` makes an equal row."""
        plain = {field.name: getattr(self, field.name) for field in fields(self)}
        return {key: float(value) if isinstance(value, Fraction) else value for key, value in plain.items()}


def dose_rows(rows: Iterable[Mapping[str, object] | DoseRow], *, name: str = "doses") -> tuple[DoseRow, ...]:
    """Return checked dose rows, without the observations (``evid`` 0).

    Parameters
    ----------
    rows : mappings of the fields of `DoseRow` in upper or lower case; '.' and None stand for a field left out
    name : what the messages call the list

    Raises
    ------
    InputError
        Every fault of every row, one line each, as ``doses: [2].addl: ...``.
    """
    if isinstance(rows, Mapping | DoseRow):
        rows = (rows,)
    if isinstance(rows, str) or not isinstance(rows, Iterable):
        raise InputError(f"{name}: expected a list of dose rows, got {rows!r:.60}")
    checked, faults = [], []
    for index, row in enumerate(rows):
        try:
            checked.append(row if isinstance(row, DoseRow) else _row(row))
        except InputError as error:
            faults += [_at(index, fault, name) for fault in error.faults]
    if faults:
        raise InputError(*faults)
    return tuple(row for row in checked if row.evid != 0)


def regimen_rows(regimen: Regimen, until: float) -> tuple[DoseRow, ...]:
    """Return the dose rows of a regimen before `until` [day]: one row per cycle, or per day of a cycle with a dose.

    Raises
    ------
    InputError
        When `until` is no finite time above zero, or there are too many doses.
    """
    rows = []
    for first, step, count in trains(regimen, horizon(until)):
        more = {"ii": step, "addl": count - 1} if count > 1 else {}
        rows.append(DoseRow(first, regimen.dose, regimen.drug, dur=regimen.duration, basis=regimen.basis, **more))
    return tuple(rows)


def _row(mapping: object) -> DoseRow:
    """Return the row of one mapping, with every fault of its keys and values at once."""
    if not isinstance(mapping, Mapping):
        raise InputError(Fault("", 0, "", f"expected keys and values, got {mapping!r:.60}"))
    faults, values = [], {}
    for key, value in mapping.items():
        name = str(key).lower()
        if name not in _READ:
            hint = nearest(name, _READ) or f"; known: {', '.join(_READ)}"
            faults.append(Fault("", 0, str(key), f"unknown key '{key}'{hint}"))
        elif value is not None and not (isinstance(value, str) and value.strip() == "."):
            try:
                read = _READ[name](name, value)
            except InputError as error:
                read = {name: None}
                faults.append(Fault("", 0, name, str(getattr(error, "reason", error))))
            faults += [Fault("", 0, str(key), f"'{twice}' is given twice") for twice in read.keys() & values.keys()]
            values.update(read)
    if "time" not in values:
        faults.append(Fault("", 0, "time", "missing key 'time'"))
    if "amt" not in values and values.get("evid", 1) in (1, 4) and not faults:
        faults.append(Fault("", 0, "amt", "missing key 'amt': a dose needs its amount"))
    if faults:
        raise InputError(*faults)
    return DoseRow(**values)


def _at(index: int, fault: Fault | str, name: str) -> Fault:
    key = fault.key if isinstance(fault, Fault) else ""
    message = fault.message if isinstance(fault, Fault) else fault
    return Fault(name, 0, f"[{index}].{key}" if key else f"[{index}]", message)


def _time(name: str, value: object) -> dict[str, object]:
    return {name: exact_quantity(value, "time", allow_bare=not isinstance(value, str))}


def _amount(name: str, value: object) -> dict[str, object]:
    if not isinstance(value, str):
        return {name: value}
    amount, basis = parse_dose(value)
    return {name: amount, "basis": basis}


def _rate(name: str, value: object) -> dict[str, object]:
    return {name: exact_quantity(value, "dose_rate") if isinstance(value, str) else value}


def _plain(name: str, value: object) -> dict[str, object]:
    return {name: value}


_READ: Mapping[str, Callable[[str, object], dict[str, object]]] = MappingProxyType(
    {
        **{"time": _time, "amt": _amount, "cmt": _plain, "ii": _time, "addl": _plain, "rate": _rate, "dur": _time},
        **{"evid": _plain, "ss": _plain, "basis": _plain},
    }
)


def _coerce(row: DoseRow) -> Iterator[tuple[str, str]]:
    """Turn numbers into floats, fractions and integers in place, and yield what is no such number."""
    for name, largest in (("time", LATEST_DAY), ("ii", LATEST_DAY), ("dur", LATEST_DAY), *_AMOUNTS):
        try:
            number = rational(getattr(row, name))
        except InputError as error:
            yield name, str(error)
            continue
        if abs(number) > largest:
            yield name, f"expected a number up to {largest:.0e}"
        else:
            object.__setattr__(row, name, float(number) if name in ("amt", "rate") else number)
    for name in ("addl", "evid", "ss"):
        value = getattr(row, name)
        if isinstance(value, bool) or not isinstance(value, numbers.Real) or value != value or value % 1:
            yield name, f"expected a whole number, got {value!r:.60}"
        else:
            object.__setattr__(row, name, int(value))


def _faults(row: DoseRow) -> Iterator[tuple[str, str]]:
    """Yield the field and the sentence for everything that is out of range or does not go together."""
    if row.evid not in EVIDS:
        yield "evid", f"evid {row.evid} is not supported; 0 observation, 1 dose, 3 reset, 4 reset and dose"
        return
    if row.time < 0:
        yield "time", f"day {float(row.time):g} is before day 0"
    if row.evid == 0:
        return
    cmt = row.cmt
    if isinstance(cmt, bool) or not (cmt is None or isinstance(cmt, str | numbers.Integral)):
        yield "cmt", f"expected the name or the number of a compartment, got {cmt!r:.60}"
    if row.basis not in BASES:
        yield "basis", f"unknown basis '{row.basis}'{nearest(row.basis, BASES) or '; expected ' + ', '.join(BASES)}"
    for name in ("amt", "ii", "addl", "dur"):
        if getattr(row, name) < 0:
            yield name, f"{name} must not be negative, got {float(getattr(row, name)):g}"
    if row.rate < 0:
        why = "; rate -1 and -2 (modeled rate or duration) are not supported, give dur" if row.rate >= -2 else ""
        yield "rate", f"rate must not be negative, got {row.rate:g}{why}"
    elif row.rate and row.dur:
        yield "rate", "rate and dur together; give one of them"
    elif row.rate > 0 and row.amt > 0 and row.duration < SHORTEST_INFUSION:
        yield "rate", "an infusion lasts one second or more; leave the rate out for a bolus"
    if 0 < row.dur < SHORTEST_INFUSION:
        yield "dur", "an infusion lasts one second or more; leave dur out for a bolus"
    if row.ss not in (0, 1, 2):
        yield "ss", f"ss {row.ss} is not supported; 0 none, 1 steady state, 2 steady state added"
    if row.evid == 3:
        for name in ("amt", "addl", "ss", "rate", "dur"):
            if getattr(row, name):
                yield name, f"evid 3 is a reset without a dose, {name} does not go with it; use evid 4"
        return
    if row.addl > 0 and row.ii <= 0:
        yield "addl", f"addl {row.addl} without ii"
    if row.ss and row.ii <= 0:
        yield "ss", f"ss {row.ss} without ii"


_AMOUNTS = (("amt", LARGEST_DOSE), ("rate", LARGEST_DOSE * 86400))
