"""Content MathML of symbolic expressions, read back by hand."""

from xml.etree.ElementTree import tostring

import pytest
import sympy

from ossim.exchange.mathml import math
from ossim.numerics.codegen.jacobian import WherePositive, symbol

x, y = symbol("x"), symbol("y")


def _text(expression):
    return tostring(math(expression), encoding="unicode").replace(' xmlns="http://www.w3.org/1998/Math/MathML"', "")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (x / y, "<math><apply><divide /><ci> x </ci><ci> y </ci></apply></math>"),
        (sympy.Rational(2, 3), "<math><apply><divide /><cn> 2.0 </cn><cn> 3.0 </cn></apply></math>"),
        (sympy.log(x), "<math><apply><ln /><ci> x </ci></apply></math>"),
        (1e-7, '<math><cn type="e-notation"> 1 <sep /> -7 </cn></math>'),
    ],
)
def test_expression_is_written(expression, expected):
    assert _text(expression) == expected


def test_negative_exponential_stays_a_factor():
    """1 / exp(x) overflows where exp(-x) is small."""
    assert "divide" not in _text(y * sympy.exp(-x))


def test_time_is_the_time_of_the_simulation():
    assert 'definitionURL="http://www.sbml.org/sbml/symbols/time"' in _text(symbol("t"))


def test_choices_are_piecewise():
    text = _text(WherePositive(x, y, 0) + sympy.Max(x, 2))
    assert text.count("<piecewise>") == 2
    assert "<gt />" in text and "<geq />" in text


def test_unknown_function_is_refused():
    with pytest.raises(ValueError, match="'gamma' has no form in SBML"):
        math(sympy.gamma(x))
