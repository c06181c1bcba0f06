"""Finite volumes for the size density, the check that shares nothing with the renewal equation but its data.

In z = ln x the density n(z, t) is carried with the velocity g(z) of growth:

    n_t + (g n)_z = 0,   g n = E(t) at birth,   E(t) = f(t) + w(t) integral e^(p z) n dz

WENO5 upwind fluxes (Jiang and Shu 1996, J Comput Phys 126:202) and the three-stage SSP Runge-Kutta method (Shu and
Osher 1988, J Comput Phys 77:439). What enters is exactly what is born, so numbers are conserved to rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isinf

import numpy as np
from numpy.polynomial.legendre import leggauss

from ossim.errors import InputError
from ossim.numerics.size_structured.compile import structured_jit
from ossim.numerics.size_structured.flow import Flow
from ossim.numerics.size_structured.renewal import in_blocks

_STENCIL = 5
_GHOSTS = 2
_LARGEST_STEP = 0.9  # of a cell that a size may cross in a step
_TINY = 1e-40  # keeps the weights of WENO finite where the density is flat


@dataclass(frozen=True)
class Density:
    """Numbers by size at the end of a run.

    Attributes
    ----------
    edges : shape (n + 1,), edges of the cells in ln of the size
    average : shape (n,), number per unit of ln size
    born : number born since 0
    """

    edges: np.ndarray
    average: np.ndarray
    born: float

    def size_power(self, power: float) -> float:
        """Sum of size^power over all."""
        return float(power_weights(self.edges, power) @ self.average)


def evolve(
    edges: np.ndarray,
    flow: Flow,
    power: float,
    weight: np.ndarray,
    outside: np.ndarray,
    n_cells: int,
    log_top: float | None = None,
) -> Density:
    """Carry the size density from none at 0 to the last of `edges`, one step per block.

    Parameters
    ----------
    edges, flow, power, weight, outside : as for `renewal.renew`; growth factors are above 0
    n_cells : cells between the size at birth and `log_top`, which is the largest size where there is one

    Raises
    ------
    InputError
        Growth stands still, there are too few cells, or a step lets a size cross most of a cell.
    """
    top = flow.log_limit if log_top is None else log_top
    if isinf(top):
        raise InputError("finite volumes: exponential growth needs `log_top`, where the grid ends")
    if n_cells < 2 * _STENCIL:
        raise InputError(f"finite volumes: need {2 * _STENCIL} cells or more, not {n_cells}")
    faces = np.linspace(flow.log_start, top, n_cells + 1)
    growth = np.full(faces.size, flow.rate) if isinf(flow.log_limit) else flow.rate * (flow.log_limit - faces)
    factor = in_blocks(edges, flow.dates, flow.factors)
    if (factor <= 0.0).any():
        raise InputError("finite volumes: growth must not stand still")
    width = faces[1] - faces[0]
    crossed = float((np.diff(edges) * factor).max() * growth[0] / width)
    if crossed > _LARGEST_STEP:
        needed = int(np.ceil((edges.size - 1) * crossed / _LARGEST_STEP))
        raise InputError(f"finite volumes: a step crosses {crossed:.2g} cells; {needed} steps would do")
    now = np.zeros(n_cells + 2 * _GHOSTS)
    born = np.zeros(1)
    _evolve(
        np.diff(edges), growth, factor, width, weight, outside, power_weights(faces, power), _inflow(), now, born,
        np.zeros_like(now), np.zeros(n_cells), np.zeros(n_cells + 1),
    )  # fmt: skip
    return Density(faces, now[_GHOSTS:-_GHOSTS].copy(), float(born[0]))


def power_weights(faces: np.ndarray, power: float) -> np.ndarray:
    """Weights q, shape (n,), with sum q_i n_i = integral e^(p z) n dz to order 5 for cell averages n_i."""
    n, width = faces.size - 1, faces[1] - faces[0]
    nodes, shares = leggauss(8)
    found = np.zeros(n)
    inverse = np.linalg.inv(_averages(range(_STENCIL)))
    for cell in range(n):
        first = min(max(cell - _STENCIL // 2, 0), n - _STENCIL)
        place = cell - first + 0.5 * (nodes + 1.0)
        kernel = 0.5 * width * shares * np.exp(power * (faces[first] + width * place))
        found[first : first + _STENCIL] += (kernel @ np.vander(place, _STENCIL, increasing=True)) @ inverse
    return found


def _averages(starts) -> np.ndarray:
    """Averages of 1, y, ..., y^4 over cells [start, start + 1], shape (n_cells, 5)."""
    starts = np.array(list(starts), float)[:, None]
    degrees = np.arange(1, _STENCIL + 1)
    return ((starts + 1.0) ** degrees - starts**degrees) / degrees


def _inflow() -> np.ndarray:
    """Weights, shape (2, 5), of the value at the inflow face and the first four averages in the two ghost averages."""
    known = np.vstack([np.eye(1, _STENCIL), _averages(range(_STENCIL - 1))])
    return _averages([-2, -1]) @ np.linalg.inv(known)


@structured_jit
def _upwind(a, b, c, d, e):
    """WENO5 value at the right face of the middle one of five cells."""
    rough_0 = 13.0 / 12.0 * (a - 2.0 * b + c) ** 2 + 0.25 * (a - 4.0 * b + 3.0 * c) ** 2
    rough_1 = 13.0 / 12.0 * (b - 2.0 * c + d) ** 2 + 0.25 * (b - d) ** 2
    rough_2 = 13.0 / 12.0 * (c - 2.0 * d + e) ** 2 + 0.25 * (3.0 * c - 4.0 * d + e) ** 2
    share_0, share_1, share_2 = 0.1 / (_TINY + rough_0) ** 2, 0.6 / (_TINY + rough_1) ** 2, 0.3 / (_TINY + rough_2) ** 2
    found = share_0 * (2.0 * a - 7.0 * b + 11.0 * c)
    found += share_1 * (-b + 5.0 * c + 2.0 * d) + share_2 * (2.0 * c + 5.0 * d - e)
    return found / (6.0 * (share_0 + share_1 + share_2))


@structured_jit
def _slope(now, birth, growth, factor, width, inflow, slope, flux):
    """Time derivative of the cell averages; fills the ghosts of `now`."""
    n = slope.size
    face = birth / (growth[0] * factor)
    for ghost in range(2):
        found = inflow[ghost, 0] * face
        for k in range(4):
            found += inflow[ghost, k + 1] * now[2 + k]
        now[ghost] = found
    now[n + 2] = now[n + 3] = now[n + 1]
    flux[0] = birth
    for i in range(1, n + 1):
        value = _upwind(now[i - 1], now[i], now[i + 1], now[i + 2], now[i + 3])
        flux[i] = growth[i] * factor * value
    for i in range(n):
        slope[i] = (flux[i] - flux[i + 1]) / width


@structured_jit
def _birth(now, weight, outside, share):
    total = 0.0
    for i in range(share.size):
        total += share[i] * now[i + 2]
    return outside + weight * total


@structured_jit
def _evolve(steps, growth, factor, width, weight, outside, share, inflow, now, born, stage, slope, flux):
    """All steps; the three stages stand at the start, the end and the middle of a step."""
    n = slope.size
    for k in range(steps.size):
        h, w = steps[k], weight[k]
        first = _birth(now, w, outside[k, 0], share)
        _slope(now, first, growth, factor[k], width, inflow, slope, flux)
        for i in range(n):
            stage[i + 2] = now[i + 2] + h * slope[i]
        second = _birth(stage, w, outside[k, 2], share)
        _slope(stage, second, growth, factor[k], width, inflow, slope, flux)
        for i in range(n):
            stage[i + 2] = 0.75 * now[i + 2] + 0.25 * (stage[i + 2] + h * slope[i])
        third = _birth(stage, w, outside[k, 1], share)
        _slope(stage, third, growth, factor[k], width, inflow, slope, flux)
        for i in range(n):
            now[i + 2] = now[i + 2] / 3.0 + 2.0 / 3.0 * (stage[i + 2] + h * slope[i])
        born[0] += h / 6.0 * (first + second + 4.0 * third)
