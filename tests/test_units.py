"""Units: exact factors of clinical units, refusal of everything that is not a finite quantity of the dimension."""

import subprocess
import sys
import time
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from ossim.errors import InputError
from ossim.units import DIMENSIONS, exact_quantity, quantity, rational, unit_factor

REFUSAL_SECONDS = 0.010  # a hostile text must be refused faster than a reader notices, pint loaded or not

GOOD = [
    ("8 weeks", "time", 56.0),
    ("12 h", "time", 0.5),
    ("90 min", "time", 0.0625),
    ("1 month", "time", 30.44),
    ("2 years", "time", 730.5),
    ("1 wk", "time", 7.0),
    ("86400 s", "time", 1.0),
    ("8weeks", "time", 56.0),
    ("8 WEEKS", "time", 56.0),
    ("-3 days", "time", -3.0),
    ("1 fortnight", "time", 14.0),
    ("1 cm^3", "volume", 1000.0),
    ("1 cm**3", "volume", 1000.0),
    ("1 cm3", "volume", 1000.0),
    ("1 mL", "volume", 1000.0),
    ("2 L", "volume", 2e6),
    ("1 mm³", "volume", 1.0),
    ("1 cm", "length", 10.0),
    ("250 µm", "length", 0.25),
    ("1 inch", "length", 25.4),
    ("1 g", "mass", 1000.0),
    ("5 mcg", "mass", 0.005),
    ("5 ug", "mass", 0.005),
    ("1 kg", "mass", 1e6),
    ("3 MG", "mass", 3.0),
    (".5 mg", "mass", 0.5),
    ("1e-3 g", "dose", 1.0),
    ("10 ug/mL", "concentration", 10.0),
    ("500 ng/mL", "concentration", 0.5),
    ("1 g / L", "concentration", 1000.0),
    ("1 uM", "molar", 1000.0),
    ("5 nmol/L", "molar", 5.0),
    ("1 1/h", "rate", 24.0),
    ("0.7 1/week", "rate", 0.1),
    ("3 h^-1", "rate", 72.0),
    ("1 mL/min", "clearance", 1.44),
    ("2 L/h", "clearance", 48.0),
    ("250 mL", "distribution_volume", 0.25),
    ("40 %", "fraction", 0.4),
    ("0.4", "fraction", 0.4),
    ("70 kg", "weight", 70.0),
    ("1 m^2", "area", 1.0),
    ("15000 cm2", "area", 1.5),
    ("10 mg/h", "dose_rate", 240.0),
    ("464.8 g/mol", "molar_mass", 464.8),
    ("1 m^2/s", "diffusivity", 8.64e10),
]

BAD = [
    ("9**9**9**9 mg", "mass"),
    ("5 mg**9**9**9", "mass"),
    ("5 mg^99", "mass"),
    ("1e400 mg", "mass"),
    ("1e308 kg", "mass"),
    ("1e-400 mg", "mass"),
    ("1e99999 mg", "mass"),
    ("nan mg", "mass"),
    ("inf mg", "mass"),
    ("NaN", "fraction"),
    ("5 mg/kg", "fraction"),
    ("5 mg/kg", "dose"),
    ("5 mg/m^2", "dose"),
    ("5 mm", "mass"),
    ("5 mg", "length"),
    ("5 mg", "time"),
    ("5 m", "time"),
    ("5 day", "rate"),
    ("5 mm", "volume"),
    ("5 mm^2", "volume"),
    ("5 mg", "concentration"),
    ("5 mg/L", "molar"),
    ("5 nM", "concentration"),
    ("5 L/day", "rate"),
    ("5 1/day", "clearance"),
    ("37 degC", "length"),
    ("5 Mg", "mass"),
    ("5 MM", "length"),
    ("5", "mass"),
    ("8", "time"),
    ("", "mass"),
    ("mg", "mass"),
    ("1,000 mg", "mass"),
    ("1_000 mg", "mass"),
    ("1.2.3 mg", "mass"),
    ("1 2 mg", "mass"),
    ("5 mg/", "mass"),
    ("5 mg mg", "mass"),
    ("5 (mg)", "mass"),
    ("5 __import__('os')", "mass"),
    ("x" * 10_000, "mass"),
    ("9" * 10_000 + " mg", "mass"),
    ("٣ mg", "mass"),
    ("5 mg\x00", "mass"),
]


@pytest.mark.parametrize(("text", "dimension", "expected"), GOOD)
def test_text_becomes_the_correctly_rounded_canonical_number(text, dimension, expected):
    assert quantity(text, dimension) == expected


@pytest.mark.parametrize(("text", "dimension"), BAD)
def test_what_is_no_finite_quantity_is_refused_in_one_line(text, dimension):
    with pytest.raises(InputError) as caught:
        quantity(text, dimension)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("text", ["9**9**9**9 mg", "5 mg**9**9**9", "1e400 mg", "9" * 10_000 + " mg", "x" * 10_000])
def test_hostile_text_is_refused_quickly(text):
    begin = time.perf_counter()
    with pytest.raises(InputError):
        quantity(text, "mass")
    assert time.perf_counter() - begin < REFUSAL_SECONDS


@pytest.mark.parametrize(
    ("text", "dimension", "hint"),
    [
        ("5 mgg", "mass", "did you mean 'mg'?"),
        ("2 wek", "time", "did you mean 'week'?"),
        ("3 ug/mLL", "concentration", "unknown unit 'mLL'"),
        ("5 mm", "mass", "expected mg (or"),
        ("5 mg", "time", "expected day (or"),
        ("5", "mass", "such as '5 mg'"),
    ],
)
def test_a_refusal_names_the_nearest_or_the_expected_unit(text, dimension, hint):
    with pytest.raises(InputError) as caught:
        quantity(text, dimension)
    assert hint in str(caught.value)


def test_an_unknown_dimension_is_refused_by_name():
    with pytest.raises(InputError, match="unknown dimension 'temperature'"):
        quantity("37 degC", "temperature")


@pytest.mark.parametrize("number", [5, 5.0, np.float64(5.0), np.int64(5), Fraction(5), "5"])
def test_a_bare_number_is_canonical_where_allowed(number):
    assert quantity(number, "time", allow_bare=True) == 5.0


@pytest.mark.parametrize("number", [5, 5.0, "5"])
def test_a_bare_number_is_refused_elsewhere(number):
    with pytest.raises(InputError, match="needs a unit of time"):
        quantity(number, "time")


@pytest.mark.parametrize("value", [True, None, float("nan"), float("inf"), [5], {}, 1j, Decimal(5), 10**400])
def test_values_that_are_no_finite_number_are_refused(value):
    with pytest.raises(InputError):
        quantity(value, "time", allow_bare=True)


def test_a_float_is_returned_unchanged():
    value = 0.1 + 0.2
    assert quantity(value, "time", allow_bare=True) == value


@pytest.mark.parametrize(("dimension", "unit"), [(d, unit) for d, units in DIMENSIONS.items() for unit in units])
def test_every_unit_named_in_messages_is_understood(dimension, unit):
    assert unit_factor(unit, dimension) > 0


def test_the_canonical_unit_of_every_dimension_has_factor_one():
    assert {unit_factor(units[0], dimension) for dimension, units in DIMENSIONS.items()} == {Fraction(1)}


def test_quantities_are_exact_fractions():
    assert exact_quantity("8 h", "time") == Fraction(1, 3)
    assert exact_quantity("0.1 month", "time") == Fraction(3044, 1000)


def test_a_rounded_float_stands_for_its_simple_fraction():
    assert rational(1 / 3) == Fraction(1, 3)
    assert rational(0.1) == Fraction(1, 10)
    assert float(rational(np.pi)) == np.pi


def test_pint_is_loaded_only_for_units_outside_the_table():
    code = (
        "import sys; from ossim.units import quantity;"
        "quantity('8 weeks', 'time'); quantity('1 mL/min', 'clearance');"
        "assert 'pint' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
