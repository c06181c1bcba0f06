"""exp, log, pow and cbrt as short polynomials that work on lanes and on floats alike.

Relative error below 4e-16 over the normal range (tests/numerics/test_elementary.py). Written without branches and
without reassociation: the rounding trick below depends on the order of its two additions.
"""

from __future__ import annotations

from numba import njit

from ossim.numerics.simd.lanes import FASTMATH, maximum, minimum, split_power_of_two, times_power_of_two, where_positive

_SHIFT = 6755399441055744.0  # 1.5 * 2**52: adding it rounds to an integer, kept in the low bits
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_LOG2_E = 1.4426950408889634
_LOG_OF_ZERO = -709.0895657128241  # what the bits of zero give: finite, so that exp(y log 0) is 0
_NAN = float("nan")


@njit(forceinline=True, fastmath=FASTMATH)
def exp(x):
    """Return e**x; arguments beyond +-708 saturate. Minimax polynomial of degree 11, 4e-18 before rounding."""
    x = minimum(maximum(x, -708.0), 709.0)
    shifted = x * _LOG2_E + _SHIFT
    k = shifted - _SHIFT
    r = x - k * _LN2_HIGH
    r = r - k * _LN2_LOW
    square = r * r
    p = (2.5000058349050145e-08 * r + 2.763024830872524e-07) * square + (
        2.7557586382581075e-06 * r + 2.480149309914401e-05
    )
    q = (1.9841269506571107e-04 * r + 1.388888894362984e-03) * square + (
        8.333333333494463e-03 * r + 4.166666666653016e-02
    )
    p = (p * (square * square) + q) * square + (1.6666666666666413e-01 * r + 0.5000000000000011)
    p = p * square + r + 1.0
    return times_power_of_two(p, shifted)


@njit(forceinline=True, fastmath=FASTMATH)
def log(x):
    """Return the natural logarithm (coefficients of fdlibm's e_log.c): NaN if x < 0, finite at 0 and infinity."""
    shifted, m = split_power_of_two(x)
    k = shifted - _SHIFT
    f = m - 1.0
    s = f / (2.0 + f)
    z = s * s
    z2 = z * z
    odd = (1.479819860511658591e-01 * z2 + 1.818357216161805012e-01) * z2 + 2.857142874366239149e-01
    even = (1.531383769920937332e-01 * z2 + 2.222219843214978396e-01) * z2 + 3.999999999940941908e-01
    p = (odd * z2 + 6.666666666666735130e-01) * z + even * z2
    half_square = 0.5 * f * f
    found = k * _LN2_HIGH - ((half_square - (s * (half_square + p) + k * _LN2_LOW)) - f)
    # the bit pattern of a negative number or of NaN would give some finite number and hide a failure
    return where_positive(x, found, where_positive(-x, _NAN, x + _LOG_OF_ZERO))


@njit(forceinline=True, fastmath=FASTMATH)
def pow(x, y):
    """Return x**y for x >= 0, as exp(y log x); NaN of negative x."""
    return exp(y * log(x))
