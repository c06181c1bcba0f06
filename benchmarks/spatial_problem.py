"""Test problem P2 of the PDE benchmarks: a tumor in space with hypoxia, necrosis, vessels and VEGF; how errors count.

Five species on equal cells without flux through the boundary, in mm and days: c normoxic, h hypoxic, n necrotic cells
and v vessels as fractions of volume, a VEGF. VEGF spreads a thousand times faster than cells: that makes it stiff.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

SPECIES = ("c", "h", "n", "v", "a")
RHO, GAM, BET, ALH, ALN = 0.1, 0.05, 0.1, 0.05, 0.02
MU, KM, QUP, OME, LAM, DELC, DELH = 0.1, 0.1, 1.0, 1.0, 10.0, 1.0, 10.0
DC, DV, DA = 0.02, 0.005, 20.0
DIFFUSIVITY = (DC, DC, 0.0, DV, DA)
FRONT = 0.1  # c + h + n where the tumor ends


class Outputs(NamedTuple):
    """What counts at the output times, each of shape (n_outputs,): total c + h + n, the front [mm], total VEGF."""

    mass: np.ndarray
    front: np.ndarray
    vegf: np.ndarray


@dataclass(frozen=True)
class SpatialProblem:
    """P2 on a box of `shape` cells with edge `spacing` [mm] over `days`."""

    key: str
    shape: tuple[int, ...]
    spacing: float
    days: float
    n_outputs: int = 20

    @property
    def interval(self) -> float:
        """Days between outputs; the first output is after one of them."""
        return self.days / self.n_outputs

    @property
    def cells(self) -> int:
        """Number of cells."""
        return int(np.prod(self.shape))

    @property
    def full_shape(self) -> tuple[int, int, int]:
        """The shape with three axes: leading ones of one cell where there are fewer."""
        return (1,) * (3 - len(self.shape)) + self.shape

    @cached_property
    def conductances(self) -> tuple[float, ...]:
        """Diffusivity over the square of the spacing, per species [1/day]."""
        return tuple(d / self.spacing**2 for d in DIFFUSIVITY)

    @property
    def largest_step(self) -> float:
        """The largest stable step of explicit Euler [day]: 2 over the fastest rate, that of VEGF (uptake <= OME)."""
        return 2.0 / (4.0 * len(self.shape) * self.conductances[4] + LAM + OME)

    def start(self) -> np.ndarray:
        """Fields at time 0, shape (5, *shape)."""
        squares = 0.0
        for axis, n in enumerate(self.shape):
            place = (np.arange(n) + 0.5 - 0.5 * n) * self.spacing
            squares = squares + (place**2).reshape([-1 if i == axis else 1 for i in range(len(self.shape))])
        fields = np.zeros((5, *self.shape))
        fields[0], fields[3] = 0.5 * np.exp(-squares), 0.04
        return fields

    def observe(self, fields) -> tuple[float, float, float]:
        """Total c + h + n, the front along the last axis from the middle outward [mm], and total VEGF."""
        tumor, volume = fields[0] + fields[1] + fields[2], self.spacing ** len(self.shape)
        tumor = tumor.reshape(self.shape)
        line = tumor[tuple(n // 2 for n in self.shape)[:-1]][self.shape[-1] // 2 :]
        return volume * float(np.sum(tumor)), self._front(line), volume * float(np.sum(fields[4]))

    def _front(self, line: np.ndarray) -> float:
        above = np.flatnonzero(line >= FRONT)
        if not above.size:
            return 0.0
        last = above[-1]
        if last == line.size - 1:
            return line.size * self.spacing
        part = (line[last] - FRONT) / (line[last] - line[last + 1])
        return (last + 0.5 + part) * self.spacing


PROBLEMS = {
    "2d": SpatialProblem("P2-2D", (256, 256), 0.2, 120.0),
    "3d": SpatialProblem("P2-3D", (96, 96, 96), 0.4, 40.0),
}


def collect(rows) -> Outputs:
    """Outputs of what `observe` gave at each time."""
    return Outputs(*np.array(rows, float).reshape(-1, 3).T.copy())


def errors(found: Outputs, exact: Outputs) -> tuple[float, float, float]:
    """Relative L2 errors over the outputs that `found` has, of mass, front and VEGF."""
    n = len(found.mass)
    return tuple(float(np.linalg.norm(f - e[:n]) / np.linalg.norm(e[:n])) for f, e in zip(found, exact, strict=True))


def reaction(c, h, n, v, a):
    """Rates of P2 without diffusion; the same text for numbers, arrays and symbols of any tool."""
    starved = (c + h) / (c + h + v)  # 1 - V
    ang = MU * a / (KM + a) * v * (1.0 - (c + h + n + v))
    ch = BET * c * starved - GAM * h * (1.0 - starved)
    hn = ALH * h * starved
    dc = RHO * c * (1.0 - (c + h + n + v)) - ch - ALN * n * c
    dh = ch - hn - ALN * n * h
    dn = hn + ALN * n * (c + h + v)
    dv = ang - ALN * n * v
    da = DELC * c + DELH * h - QUP * ang - OME * a * v - LAM * a
    return dc, dh, dn, dv, da


def laplacian(field: np.ndarray) -> np.ndarray:
    """Sum over neighbors of the difference, without flux through the boundary."""
    total = np.zeros_like(field)
    for axis in range(field.ndim):
        step = np.diff(field, axis=axis)
        at = [slice(None)] * field.ndim
        at[axis] = slice(None, -1)
        total[tuple(at)] += step
        at[axis] = slice(1, None)
        total[tuple(at)] -= step
    return total


def rates(problem: SpatialProblem, fields: np.ndarray) -> np.ndarray:
    """The whole right-hand side in NumPy, shape (5, *shape): what every kernel and tool must agree with."""
    found = np.stack(reaction(*fields))
    for row, conductance in enumerate(problem.conductances):
        found[row] += conductance * laplacian(fields[row])
    return found
