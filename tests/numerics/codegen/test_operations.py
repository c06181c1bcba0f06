"""Operations of a kernel, counted in its text."""

import pytest

from ossim.model import model
from ossim.numerics.codegen.explicit import kernel_source
from ossim.numerics.codegen.operations import DIVISION, WEIGHTS, cost
from ossim.numerics.codegen.rosenbrock import stiff_source

TEXT = """
def rate(V, k):
    return k * V + 1.0


def step(w):
    a = rate(1.0, 2.0)
    b = rate(a, 2.0) / exp(a)
    return b
"""


def test_called_functions_count_each_time():
    assert cost(TEXT, "rate") == 2.0
    assert cost(TEXT, "step") == 2.0 + 2.0 + DIVISION + WEIGHTS["exp"]


@pytest.mark.parametrize("name", ["gompertz", "hahnfeldt1999"])
def test_stiff_step_costs_more_and_not_much_more_where_the_jacobian_is_small(name):
    system = model(name).system
    ratio = cost(stiff_source(system), "kernel_step") / cost(kernel_source(system), "kernel_step")
    assert 1.0 < ratio < 3.0
