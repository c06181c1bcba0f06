"""Coefficients of the time-stepping methods, as data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ExplicitTableau:
    """An explicit Runge-Kutta pair whose last stage is the first of the next step.

    `interpolant` holds, per stage, the coefficients of theta, theta^2, ... of its weight in the dense output.
    """

    name: str
    order: int
    a: tuple[tuple[float, ...], ...]
    c: tuple[float, ...]
    error: tuple[float, ...]
    interpolant: tuple[tuple[float, ...], ...]

    @property
    def stages(self) -> int:
        return len(self.c)


def _times(*factors: tuple[float, ...]) -> tuple[float, ...]:
    """Multiply polynomials given by ascending coefficients."""
    product = [1.0]
    for factor in factors:
        longer = [0.0] * (len(product) + len(factor) - 1)
        for i, x in enumerate(product):
            for j, y in enumerate(factor):
                longer[i + j] += x * y
        product = longer
    return tuple(product)


#: Tsitouras (2011), Comput. Math. Appl. 62, 770-775, doi 10.1016/j.camwa.2011.06.002: order 5(4), free 4th-order output.
TSIT5 = ExplicitTableau(
    name="tsit5",
    order=5,
    a=(
        (),
        (0.161,),
        (-0.008480655492356989, 0.335480655492357),
        (2.8971530571054935, -6.359448489975075, 4.3622954328695815),
        (5.325864828439257, -11.748883564062828, 7.4955393428898365, -0.09249506636175525),
        (5.86145544294642, -12.92096931784711, 8.159367898576159, -0.071584973281401, -0.028269050394068383),
        (0.09646076681806523, 0.01, 0.4798896504144996, 1.379008574103742, -3.290069515436081, 2.324710524099774),
    ),
    c=(0.0, 0.161, 0.327, 0.9, 0.9800255409045097, 1.0, 1.0),
    error=(
        -0.00178001105222577714,
        -0.0008164344596567469,
        0.007880878010261995,
        -0.1447110071732629,
        0.5823571654525552,
        -0.45808210592918697,
        0.015151515151515152,
    ),
    interpolant=(
        _times(
            (0.0, -1.0530884977290216),
            (-1.3299890189751412, 1.0),
            (0.7139816917074209, -1.4364028541716351, 1.0),
        ),
        _times((0.0, 0.0, 0.1017), (1.2949852507374631, -2.1966568338249754, 1.0)),
        _times((0.0, 0.0, 2.490627285651252793), (1.57803468208092486, -2.38535645472061657, 1.0)),
        _times((0.0, 0.0, -16.54810288924490272), (-1.21712927295533244, 1.0), (-0.61620406037800089, 1.0)),
        _times((0.0, 0.0, 47.37952196281928122), (-1.203071208372362603, 1.0), (-0.658047292653547382, 1.0)),
        _times((0.0, 0.0, -34.87065786149660974), (-1.2, 1.0), (-0.666666666666666667, 1.0)),
        _times((0.0, 0.0, 2.5), (-1.0, 1.0), (-0.6, 1.0)),
    ),
)
