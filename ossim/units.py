"""Units: text or number in, one float in canonical units out, or one line that says what is wrong.

Canonical are day, mm, mm^3, mg, mg/L, nM, kg and m^2. The units of the clinic convert by exact fractions (8 weeks is
56.0, 12 h is 0.5); a month is 30.44 days and a year 365.25 days. Everything else is looked up word by word in pint.
"""

from __future__ import annotations

import functools
import math
import numbers
import re
from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Any, NamedTuple

from ossim.errors import InputError, nearest, unknown

# Per dimension: the canonical unit first, then the units named in messages.
DIMENSIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "time": ("day", "week", "month", "year", "h", "min", "s"),
        "volume": ("mm^3", "cm^3", "mL", "L"),
        "length": ("mm", "cm", "m", "um"),
        "mass": ("mg", "g", "ug", "ng", "kg"),
        "concentration": ("mg/L", "ug/mL", "ng/mL", "g/L", "ug/L"),
        "molar": ("nM", "uM", "mM", "pM", "M"),
        "rate": ("1/day", "1/h", "1/week", "1/min"),
        "clearance": ("L/day", "L/h", "mL/min", "mL/h"),
        "distribution_volume": ("L", "mL"),
        "fraction": ("1", "%"),
        "weight": ("kg", "g"),
        "area": ("m^2", "cm^2", "mm^2"),
        "dose": ("mg", "g", "ug", "ng"),
        "dose_rate": ("mg/day", "mg/h", "g/day", "ug/h"),
        "molar_mass": ("g/mol", "kg/mol"),
        "diffusivity": ("mm^2/day", "cm^2/s", "um^2/s", "m^2/s"),
    }
)


class _Unit(NamedTuple):
    factor: Fraction  # in day, mm, mg, nmol
    powers: tuple[int, int, int, int]  # of time, length, mass, amount


_NONE, _TIME, _LENGTH, _MASS, _AMOUNT = (0, 0, 0, 0), (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1)
_VOLUME, _MOLAR = (0, 3, 0, 0), (0, -3, 0, 1)
_TABLE: Mapping[str, _Unit] = MappingProxyType(
    {
        name: _Unit(Fraction(factor), powers)
        for names, factor, powers in (
            ("s sec second seconds", "1/86400", _TIME),
            ("min mins minute minutes", "1/1440", _TIME),
            ("h hr hrs hour hours", "1/24", _TIME),
            ("d day days", "1", _TIME),
            ("w wk wks week weeks", "7", _TIME),
            ("mo month months", "30.44", _TIME),
            ("y yr yrs year years", "365.25", _TIME),
            ("nm", "1e-6", _LENGTH),
            ("um micron microns", "1e-3", _LENGTH),
            ("mm", "1", _LENGTH),
            ("cm", "10", _LENGTH),
            ("dm", "100", _LENGTH),
            ("m", "1000", _LENGTH),
            ("pg", "1e-9", _MASS),
            ("ng", "1e-6", _MASS),
            ("ug mcg", "1e-3", _MASS),
            ("mg", "1", _MASS),
            ("g", "1e3", _MASS),
            ("kg", "1e6", _MASS),
            ("uL ul", "1", _VOLUME),
            ("mL ml cc", "1e3", _VOLUME),
            ("dL dl", "1e5", _VOLUME),
            ("L l", "1e6", _VOLUME),
            ("pmol", "1e-3", _AMOUNT),
            ("nmol", "1", _AMOUNT),
            ("umol", "1e3", _AMOUNT),
            ("mmol", "1e6", _AMOUNT),
            ("mol", "1e9", _AMOUNT),
            ("pM", "1e-9", _MOLAR),
            ("nM", "1e-6", _MOLAR),
            ("uM", "1e-3", _MOLAR),
            ("mM", "1", _MOLAR),
            ("M", "1e3", _MOLAR),
            ("%", "0.01", _NONE),
            ("1", "1", _NONE),
        )
        for name in names.split()
    }
)

_NUMBER = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?)(?![\d.])\s*", re.ASCII)
_FACTOR = re.compile(
    r"\s*(%|1(?=\s*/)|[A-Za-z]+)(?:\s*(?:\^|\*\*)\s*([+-]?[1-9])(?![\d*^])|([23])(?!\d))?\s*", re.ASCII
)
_OPERATOR = re.compile(r"[*/](?!\*)")
_LONGEST_TEXT = 100
_LARGEST_DENOMINATOR = 1_000_000  # seconds, minutes and months of 30.44 days have smaller ones
_SPELLING = str.maketrans({"µ": "u", "μ": "u", "²": "2", "³": "3", "·": "*"})


def rational(number: object) -> Fraction:
    """Return the fraction a finite number stands for.

    A float that is the rounded value of a fraction with a denominator up to a million is read as that fraction,
    so that 1/3 typed as 0.3333333333333333 repeats without drift.

    Raises
    ------
    InputError
        For NaN, infinities, booleans and anything that is not a number.
    """
    if isinstance(number, bool) or not isinstance(number, numbers.Real):
        raise InputError(f"expected a number, got {_show(number)}")
    if isinstance(number, numbers.Rational):
        return Fraction(int(number.numerator), int(number.denominator))
    value = float(number)
    if not math.isfinite(value):
        raise InputError(f"expected a finite number, got {value}")
    exact = Fraction(value)
    simple = exact.limit_denominator(_LARGEST_DENOMINATOR)
    return simple if float(simple) == value else exact


def exact_quantity(value: object, dimension: str, *, allow_bare: bool = False) -> Fraction:
    """Return a quantity as an exact fraction of the canonical unit of `dimension`; see `quantity`."""
    examples = _examples(dimension)
    if not isinstance(value, str):
        number = rational(value)
        if allow_bare or dimension == "fraction":
            return number
        raise _no_unit(value, dimension)
    text = value.strip().translate(_SPELLING)
    match = _NUMBER.match(text) if len(text) <= _LONGEST_TEXT else None
    if match is None:
        raise InputError(f"'{_show(value)}' is not a number with a unit, such as '1 {examples[0]}'")
    digits, unit = match.group(1), text[match.end() :]
    if not math.isfinite(float(digits)):
        raise InputError(f"'{_show(value)}' is not finite")
    if unit:
        try:
            return Fraction(digits) * unit_factor(unit, dimension)
        except InputError as error:
            raise InputError(f"'{_show(value)}': {error}") from None
    if allow_bare or dimension == "fraction":
        return Fraction(digits)
    raise _no_unit(value, dimension)


def quantity(value: object, dimension: str, *, allow_bare: bool = False) -> float:
    """Return a quantity in the canonical unit of `dimension`: ``quantity("8 weeks", "time") == 56.0``.

    Parameters
    ----------
    value : str or number
        Text such as ``"12 h"``; a bare number is taken as canonical where `allow_bare`, and always as a fraction.
    dimension : str
        A key of `DIMENSIONS`, whose first entry is the canonical unit.

    Raises
    ------
    InputError
        One line: no unit, unknown unit with the nearest valid one, wrong dimension, or not finite.
    """
    exact = exact_quantity(value, dimension, allow_bare=allow_bare)
    if isinstance(value, numbers.Real) and not isinstance(value, numbers.Rational):
        return float(value)
    try:
        result = float(exact)
    except OverflowError:
        result = math.inf
    if math.isinf(result) or (result == 0.0 and exact != 0):
        raise InputError(f"'{_show(value)}' does not fit a double precision number of {_examples(dimension)[0]}")
    return result


def unit_factor(unit: str, dimension: str) -> Fraction:
    """Return how many canonical units of `dimension` one `unit` is, exactly: ``unit_factor("h", "time") == 1/24``."""
    examples = _examples(dimension)
    found, cancels, missing = _parse(unit.strip().translate(_SPELLING))
    if missing is not None:
        same_kind = (name for name, entry in _TABLE.items() if entry.powers == _canonical(dimension).powers)
        choices = sorted({*examples, *same_kind})
        hint = nearest(missing, choices) or f"; expected {_or(examples)}"
        raise InputError(f"unknown unit '{_show(missing)}'{hint}")
    if cancels or found.powers != _canonical(dimension).powers:
        raise InputError(f"'{_show(unit)}' is not a unit of {_words(dimension)}; expected {_or(examples)}")
    return found.factor / _canonical(dimension).factor


def _no_unit(value: object, dimension: str) -> InputError:
    example = f"{_show(value)} {_examples(dimension)[0]}"
    return InputError(f"'{_show(value)}' needs a unit of {_words(dimension)}, such as '{example}'")


def _examples(dimension: str) -> tuple[str, ...]:
    if dimension not in DIMENSIONS:
        raise unknown("dimension", dimension, DIMENSIONS)
    return DIMENSIONS[dimension]


@functools.cache
def _canonical(dimension: str) -> _Unit:
    return _parse(DIMENSIONS[dimension][0])[0]


@functools.lru_cache(maxsize=1024)
def _parse(text: str) -> tuple[_Unit, bool, str | None]:
    """Return the unit, whether a kind of quantity cancels in it (mg/kg), and the part that is no unit, if any."""
    nothing = _Unit(Fraction(1), _NONE)
    if text == "1":
        return nothing, False, None
    factor, powers, seen, sign, position = Fraction(1), [0, 0, 0, 0], set(), 1, 0
    while True:
        match = _FACTOR.match(text, position)
        if match is None:
            return nothing, False, text
        entry = _lookup(match.group(1))
        if entry is None:
            return nothing, False, match.group(1)
        exponent = sign * int(match.group(2) or match.group(3) or 1)
        factor *= entry.factor**exponent
        for kind, power in enumerate(entry.powers):
            if power:
                powers[kind] += power * exponent
                seen.add((kind, power * exponent > 0))
        position = match.end()
        if position == len(text):
            cancels = any((kind, not positive) in seen for kind, positive in seen)
            return _Unit(factor, (powers[0], powers[1], powers[2], powers[3])), cancels, None
        if _OPERATOR.match(text, position) is None:
            return nothing, False, text
        sign = 1 if text[position] == "*" else -1
        position += 1


def _lookup(name: str) -> _Unit | None:
    if name in _TABLE:
        return _TABLE[name]
    # "MG", "Weeks" are read as written by a clinician; "Mg" or "Um" could be another unit and are not.
    if name.isupper() or (name.istitle() and len(name) > 2):
        same = {entry for known, entry in _TABLE.items() if known.lower() == name.lower()}
        if len(same) == 1:
            return same.pop()
    # Short and capital words are too easily a slip (Mg, MM) for the thousands of units and prefixes pint knows.
    return _from_pint(name) if name.islower() and len(name) > 1 else None


@functools.lru_cache(maxsize=1024)
def _from_pint(name: str) -> _Unit | None:
    """Return a unit outside the table (inch, pound, hectare) from pint, which only ever sees one plain word."""
    import pint

    try:
        converted = _pint_registry().Quantity(1, name).to_base_units()
    except pint.PintError:
        return None
    dimensions: dict[str, float] = dict(converted.dimensionality)
    kinds = {"[time]": "1/86400", "[length]": "1000", "[mass]": "1000000", "[substance]": "1000000000"}
    if not dimensions.keys() <= kinds.keys() or any(power != int(power) for power in dimensions.values()):
        return None
    factor = Fraction(repr(float(converted.magnitude)))
    for kind, power in dimensions.items():
        factor *= Fraction(kinds[kind]) ** int(power)
    time, length, mass, amount = (int(dimensions.get(kind, 0)) for kind in kinds)
    return _Unit(factor, (time, length, mass, amount))


@functools.cache
def _pint_registry() -> Any:
    import pint

    return pint.UnitRegistry(cache_folder=None)


def _words(dimension: str) -> str:
    return dimension.replace("_", " ")


def _or(units: tuple[str, ...]) -> str:
    return f"{units[0]} (or {', '.join(units[1:])})" if len(units) > 1 else units[0]


def _show(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    return "".join(c if c.isprintable() else "?" for c in (text if len(text) <= 60 else text[:57] + "..."))
