"""Coefficients of the time-stepping methods, as data."""

from __future__ import annotations

from dataclasses import dataclass


class Tableau:
    """What all methods have: times `c` of their stages in a step of unit length."""

    c: tuple[float, ...]

    @property
    def stages(self) -> int:
        return len(self.c)

    @property
    def nodes(self) -> tuple[float, ...]:
        """The distinct ones, the start first."""
        return tuple(dict.fromkeys(self.c))


@dataclass(frozen=True)
class ExplicitTableau(Tableau):
    """An explicit Runge-Kutta pair whose last stage is the first of the next step.

    `interpolant` holds, per stage, the coefficients of theta, theta^2, ... of its weight in the dense output.
    """

    name: str
    order: int
    a: tuple[tuple[float, ...], ...]
    c: tuple[float, ...]
    error: tuple[float, ...]
    interpolant: tuple[tuple[float, ...], ...]


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


#: Tsitouras (2011), Comput. Math. Appl. 62:770, doi 10.1016/j.camwa.2011.06.002: order 5(4), free 4th-order output.
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


@dataclass(frozen=True)
class RosenbrockTableau(Tableau):
    """A stiffly accurate Rosenbrock method in the form that needs no product with the Jacobian.

    Stages k_i = u_i / h solve (I/gamma - h J) k_i = f(t + c_i h, y + h sum a_ij k_j) + sum coupling_ij k_j + h d_i f_t;
    the last stage is the error estimate, and `dense` gives the two vectors of the interpolant from the first stages.
    """

    name: str
    order: int
    gamma: float
    a: tuple[tuple[float, ...], ...]
    coupling: tuple[tuple[float, ...], ...]
    c: tuple[float, ...]
    d: tuple[float, ...]
    dense: tuple[tuple[float, ...], tuple[float, ...]]

    @property
    def interpolant(self) -> tuple[tuple[float, ...], ...]:
        """Per stage, the coefficients of theta, theta^2, theta^3 of its weight in the dense output."""
        inner, outer = ((*vector, 0.0) for vector in self.dense)
        ends = (*self.a[-1], 1.0)  # the end of the step is the state of the last stage plus that stage
        return tuple((0.0, end + i, o - i, -o) for end, i, o in zip(ends, inner, outer, strict=True))


#: Hairer, Wanner, Solving Ordinary Differential Equations II (1996), section IV.7 (RODAS): order 4(3), L-stable.
RODAS4 = RosenbrockTableau(
    name="rodas4",
    order=4,
    gamma=0.25,
    a=(
        (),
        (1.544,),
        (0.9466785280815826, 0.2557011698983284),
        (3.314825187068521, 2.896124015972201, 0.9986419139977817),
        (1.221224509226641, 6.019134481288629, 12.53708332932087, -0.687886036105895),
        (1.221224509226641, 6.019134481288629, 12.53708332932087, -0.687886036105895, 1.0),
    ),
    coupling=(
        (),
        (-5.6688,),
        (-2.430093356833875, -0.2063599157091915),
        (-0.1073529058151375, -9.594562251023355, -20.47028614809616),
        (7.496443313967647, -10.24680431464352, -33.99990352819905, 11.7089089320616),
        (8.083246795921522, -7.981132988064893, -31.52159432874371, 16.31930543123136, -6.058818238834054),
    ),
    c=(0.0, 0.386, 0.21, 0.63, 1.0, 1.0),
    d=(0.25, -0.1043, 0.1035, -0.03620000000000023, 0.0, 0.0),
    dense=(
        (10.12623508344586, -7.487995877610167, -34.80091861555747, -7.992771707568823, 1.025137723295662),
        (-0.6762803392801253, 6.087714651680015, 16.43084320892478, 24.76722511418386, -6.594389125716872),
    ),
)
