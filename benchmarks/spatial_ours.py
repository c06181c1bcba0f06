"""P2 as `ossim` solves it: cells by RKL2, reaction of order 3, VEGF by cosine transforms, in a box around the tumor.

    R(dt/2) D(dt) R(dt/2) A(dt)

VEGF enters the reaction at the middle of a step, extrapolated from the two ends before; its source at the end of a step
is that of the cells there. The first steps are short, since VEGF starts from nothing and is there within hours.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

import numpy as np

from ossim.numerics.pde.active_box import around
from ossim.numerics.pde.cosine_transform import SpectralSteps
from ossim.numerics.pde.grid import Grid
from ossim.numerics.pde.reaction import Local, Reaction, evaluate, react
from ossim.numerics.pde.rkl2_uniform import UniformMotion
from ossim.numerics.pde.store import Store

from . import spatial_problem
from .spatial_peers import Solved
from .spatial_problem import DA, DC, DV, LAM, SPECIES, SpatialProblem, collect

STEP = 3.0  # [day] at most; whole steps between outputs
FIRST_STEP = 0.05  # [day] doubled from step to step
LEVEL = 1e-10  # of cells, watched for at the faces of the box
GUARD, MARGIN = 6, 12  # [cell] a step of `STEP` reaches as far as it has stages
LEFT = 1e-6  # share of VEGF left after a step below which its start is not looked at
TINY = 1e-300  # where there is nothing at all, nothing is perfused
PARAMETERS = ("RHO", "GAM", "BET", "ALH", "ALN", "MU", "KM", "QUP", "OME", "DELC", "DELH")
VALUES = np.array([getattr(spatial_problem, name) for name in PARAMETERS])
CELLS = SPECIES[:4]
# [byte per cell] least that is read and written: two reactions and a source; a first stage, a further one; a transform
REACTED, FIRST_STAGE, STAGE, TRANSFORMED = 8 * (2 * (5 + 4) + 5 + 1), 8 * 3, 8 * 5, 4 * 2


def cells(c, h, n, v, a, RHO, GAM, BET, ALH, ALN, MU, KM):
    """Rates of everything but VEGF."""
    perfused = v / (c + h + v + 1e-300)
    starved = 1.0 - perfused
    free = 1.0 - (c + h + n + v)
    ch = BET * c * starved - GAM * h * perfused
    hn = ALH * h * starved
    dc = RHO * c * free - ch - ALN * n * c
    dh = ch - hn - ALN * n * h
    dn = hn + ALN * n * (c + h + v)
    dv = MU * a / (KM + a) * v * free - ALN * n * v
    return dc, dh, dn, dv


def supply(c, h, n, v, a, DELC, DELH, QUP, OME, MU, KM):
    """Source of VEGF besides its decay."""
    free = 1.0 - (c + h + n + v)
    source = DELC * c + DELH * h - QUP * MU * a / (KM + a) * v * free - OME * a * v
    return source


REACTION = Reaction("benchmark_p2", CELLS, PARAMETERS, cells, ("a",), order=3)
SUPPLY = Local("benchmark_p2", SPECIES, PARAMETERS, supply)


class Tumor:
    """P2 on the whole grid and, worked on, in the box around its cells."""

    def __init__(self, problem: SpatialProblem):
        self.whole = Grid("cartesian", problem.shape, problem.spacing)
        self.fields = dict(zip((*SPECIES, "before"), (*problem.start(), np.zeros(problem.shape)), strict=True))
        self.last_step = 0.0
        self.moved = 0.0
        self._bind()
        self._source()
        self.vegf.steady(self.store["source"], self.store["before"])

    def _bind(self) -> None:
        """Work in the box around the cells as they are on the whole grid."""
        self.box = around(self.whole, (self.fields["c"], self.fields["h"]), MARGIN, LEVEL)
        grid = self.box.grid
        self.store = Store(grid, (*SPECIES, "before", "now", "source"))
        for name, field in self.fields.items():
            self.store["now" if name == "a" else name][...] = self.box.cut(field)
        spread = UniformMotion(grid, DC)
        self.moving = {"c": spread, "h": spread, "v": UniformMotion(grid, DV)}
        self.vegf = SpectralSteps(grid, DA, LAM, LEFT, np.float32)

    def _source(self) -> None:
        """Let the source of VEGF as it is now be that at the start of the next step."""
        self.store["a"][...] = self.store["now"]
        evaluate(SUPPLY, self.store, VALUES, ("source",))
        self.vegf.begin(self.store["source"])

    def publish(self) -> Sequence[np.ndarray]:
        """Return the five species on the whole grid."""
        for name in SPECIES:
            self.box.paste(self.store["now" if name == "a" else name], self.fields[name])
        return [self.fields[name] for name in SPECIES]

    def _ahead(self, step: float) -> None:
        """Extrapolate VEGF; before the first step it is at rest with its source."""
        a, now, before = self.store["a"], self.store["now"], self.store["before"]
        if self.last_step == 0.0:
            a[...] = before
            return
        np.subtract(now, before, out=a)
        a *= step / self.last_step
        a += now
        np.maximum(a, 0.0, out=a)

    def step(self, dt: float) -> None:
        """Advance by `dt` [day]."""
        store = self.store
        self._ahead(0.5 * dt)
        react(REACTION, store, VALUES, 0.5 * dt)
        stages = [motion.diffuse(store[name], dt) for name, motion in self.moving.items()]
        react(REACTION, store, VALUES, 0.5 * dt)
        self._ahead(dt)
        evaluate(SUPPLY, store, VALUES, ("source",))
        store["before"][...] = store["now"]
        self.vegf.follow(store["now"], store["source"], dt)
        self.last_step = dt
        # there and back along each axis, and the field itself
        transforms = TRANSFORMED * (2 * len(self.whole.shape) + 1)
        diffused = sum(FIRST_STAGE + STAGE * (count - 1) for count in stages)
        self.moved += self.box.grid.size * (REACTED + diffused + transforms)
        if self.box.reached((store["c"], store["h"]), LEVEL, GUARD):
            self.publish()
            self.box.paste(store["before"], self.fields["before"])
            self._bind()
            self._source()

    def until(self, days: float, longest: float) -> None:
        """Advance over `days` in steps that double up to `longest` [day]."""
        left = days
        while left > 1e-9:
            dt = min(2.0 * self.last_step or FIRST_STEP, longest, left)
            dt = left / math.ceil(left / dt - 1e-9)
            self.step(dt)
            left -= dt


def ours(problem: SpatialProblem, step: float = STEP) -> Solved:
    """Solve P2; fields of the box at the end are what is held."""
    start = time.process_time()
    tumor = Tumor(problem)
    seconds, rows = time.process_time() - start, []
    for _ in range(problem.n_outputs):
        start = time.process_time()
        tumor.until(problem.interval, step)
        fields = tumor.publish()
        seconds += time.process_time() - start
        rows.append(problem.observe(fields))
    return Solved(collect(rows), seconds, tumor.moved, tumor.store.block.nbytes)
