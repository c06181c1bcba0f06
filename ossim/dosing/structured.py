"""Regimens as mappings of keys, ``{drug: sorafenib, dose: 400 mg, interval: 12 h}``, in any mix with texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

from ossim.dosing.regimen import Regimen
from ossim.dosing.text import ROUTE_WORDS, parse_dose, parse_interval, parse_moment, parse_regimens
from ossim.dosing.tokens import RegimenError
from ossim.errors import Fault, InputError, nearest
from ossim.units import exact_quantity


def regimen_from_mapping(mapping: Mapping[str, object], *, name: str = "regimen") -> Regimen:
    """Return the regimen that a mapping describes; the same as that of the text that says the same.

    Parameters
    ----------
    mapping : the keys `drug`, `dose` ("400 mg", "12 g/m^2") and `interval` ("12 h", "b.i.d.", "every 3 weeks",
        "once") and, where needed, `start` and `stop` ("day 15", "2 weeks"), `days_on` and `days_off` (days, or
        "4 weeks"), `duration` ("4 h"), `dose_days` ([1, 8]), `n_doses`, `cycles` (whole numbers), `route`
    name : what the messages call it

    Raises
    ------
    InputError
        Every fault of the mapping, one line each, with the key it belongs to.
    """
    if not isinstance(mapping, Mapping):
        raise InputError(Fault(name, 0, "", f"expected keys and values, got {mapping!r:.60}"))
    faults = [
        Fault(name, 0, str(key), f"unknown key '{key}'{nearest(key, KEYS) or '; known: ' + ', '.join(KEYS)}")
        for key in mapping
        if key not in KEYS
    ]
    single = mapping.get("n_doses") == 1
    needed = ("drug", "dose") if single else ("drug", "dose", "interval")
    faults += [
        Fault(name, 0, key, f"missing key '{key}'{_EXAMPLES[key]}") for key in needed if mapping.get(key) is None
    ]
    fields: dict[str, object] = {}
    for key, value in mapping.items():
        if key not in KEYS or value is None:
            continue
        try:
            fields.update(KEYS[key](key, value))
        except RegimenError as error:
            faults.append(Fault(name, 0, key, f"'{error.text}': {error.reason}"))
        except InputError as error:
            faults.append(Fault(name, 0, key, str(error)))
    if faults:
        raise InputError(*faults)
    try:
        return Regimen(**fields)
    except InputError as error:
        raise InputError(*(Fault(name, 0, fault.key, fault.message) for fault in error.faults)) from None


def load_regimens(spec: object) -> tuple[Regimen, ...]:
    """Return the regimens of a text, a mapping, a `Regimen`, or a list that mixes them.

    Raises
    ------
    InputError
        As `parse_regimens` and `regimen_from_mapping`.
    """
    if isinstance(spec, Regimen):
        return (spec,)
    if isinstance(spec, str):
        return parse_regimens(spec)
    if isinstance(spec, Mapping):
        return (regimen_from_mapping(spec),)
    if isinstance(spec, Iterable):
        return tuple(regimen for item in spec for regimen in load_regimens(item))
    raise InputError(f"expected a regimen such as 'sorafenib 400 mg b.i.d.', got {spec!r:.60}")


_Fields = Iterator[tuple[str, object]]


def _drug(key: str, value: object) -> _Fields:
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"expected the name of a drug, got {value!r:.60}")
    yield key, value.strip()


def _dose(key: str, value: object) -> _Fields:
    if not isinstance(value, str):
        raise InputError(f"'{value}' needs a unit, such as '{value} mg'")
    amount, basis = parse_dose(value)
    yield from (("dose", amount), ("basis", basis))


def _interval(key: str, value: object) -> _Fields:
    if not isinstance(value, str):
        raise InputError(f"'{value}' needs a unit, such as '{value} days'")
    yield key, parse_interval(value)


def _moment(key: str, value: object) -> _Fields:
    if not isinstance(value, str):
        raise InputError(f"'{value}' needs a unit, such as 'day {value}'")
    yield key, parse_moment(value)


def _duration(key: str, value: object) -> _Fields:
    yield key, exact_quantity(value, "time")


def _days(key: str, value: object) -> _Fields:
    # The key names the unit, so that a bare number is complete here.
    yield key, exact_quantity(value, "time", allow_bare=not isinstance(value, str))


def _count(key: str, value: object) -> _Fields:
    if isinstance(value, bool) or not isinstance(value, int):
        raise InputError(f"expected a whole number, got {value!r:.60}")
    yield key, value


def _day_list(key: str, value: object) -> _Fields:
    if isinstance(value, str | Mapping) or not isinstance(value, Iterable):
        raise InputError(f"expected a list of days such as [1, 8], got {value!r:.60}")
    yield key, tuple(value)


def _route(key: str, value: object) -> _Fields:
    word = str(value).lower().replace(".", "")
    if word not in ROUTE_WORDS:
        hint = nearest(value, ROUTE_WORDS) or f"; expected {', '.join(dict.fromkeys(ROUTE_WORDS.values()))}"
        raise InputError(f"unknown route '{value}'{hint}")
    yield key, ROUTE_WORDS[word]


KEYS: Mapping[str, Callable[[str, object], _Fields]] = MappingProxyType(
    {
        "drug": _drug,
        "dose": _dose,
        "interval": _interval,
        "start": _moment,
        "stop": _moment,
        "days_on": _days,
        "days_off": _days,
        "cycles": _count,
        "n_doses": _count,
        "dose_days": _day_list,
        "duration": _duration,
        "route": _route,
    }
)
_EXAMPLES = MappingProxyType(
    {
        "drug": "",
        "dose": ", such as dose: 400 mg",
        "interval": ", such as interval: 12 h, or interval: once for a single dose",
    }
)
