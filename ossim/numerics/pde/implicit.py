"""Implicit time steps of a_t = div(D grad a) - uptake a + source, on top of any solver of the steady state.

SDIRK2 with gamma = 1 - 1/sqrt(2) is of order 2, L-stable and stiffly accurate: a step of any length ends near the
steady state where decay is fast. Backward Euler is of order 1, and keeps fields of 0 or more so for any step.

References
----------
R. Alexander, "Diagonally implicit Runge-Kutta methods for stiff O.D.E.'s", SIAM J. Numer. Anal. 14 (1977) 1006.
"""

from __future__ import annotations

import math

import numpy as np

from ossim.errors import InputError
from ossim.numerics.pde.grid import staggered
from ossim.numerics.pde.steady import Solved

GAMMA = 1.0 - 1.0 / math.sqrt(2.0)
METHODS = ("sdirk2", "euler")


class ImplicitSteps:
    """Time steps with `solver`, which has `grid` and `solve(uptake, source, out, tolerance)`.

    Attributes
    ----------
    method : "sdirk2" or "euler" (backward)
    """

    def __init__(self, solver, method: str = "sdirk2"):
        if method not in METHODS:
            raise InputError(f"method: must be one of {', '.join(METHODS)}, not '{method}'")
        self.solver, self.method = solver, method
        self._work = staggered(3, solver.grid.full_shape)

    def advance(
        self,
        u: np.ndarray,
        uptake: np.ndarray,
        source: np.ndarray,
        step: float,
        tolerance: float = 1e-8,
        source_after: np.ndarray | None = None,
        uptake_after: np.ndarray | None = None,
        guess: np.ndarray | None = None,
    ) -> Solved:
        """Advance `u`, shape `full_shape`, by `step` [day] in place.

        Parameters
        ----------
        uptake, source : at the start of the step; uptake [1/day]
        source_after, uptake_after : at its end, and linear in between; default constant
        guess : the field at the end as it is expected, from where its solution starts; default that of the first stage

        Returns
        -------
        Solved : iterations of all stages, and the largest residual

        Raises
        ------
        InputError
            The step is not above 0, or a field is refused by the solver.
        """
        if not step > 0 or not math.isfinite(step):
            raise InputError(f"step: must be above 0 days, is {step:g}")
        taken, given, start = self._work
        after = source if source_after is None else source_after
        lost = uptake if uptake_after is None else uptake_after
        share = GAMMA if self.method == "sdirk2" else 1.0
        rate = 1.0 / (share * step)
        np.add(uptake + share * (lost - uptake), rate, out=taken)
        start[...] = u
        np.multiply(u, rate, out=given)
        given += source + share * (after - source)
        first = self._solve(taken, given, u, tolerance)
        if self.method == "euler":
            return first
        start += (1.0 - GAMMA) / GAMMA * (u - start)
        np.multiply(start, rate, out=given)
        given += after
        np.add(lost, rate, out=taken)
        if guess is not None:
            u[...] = guess
        second = self._solve(taken, given, u, tolerance)
        return Solved(
            first.iterations + second.iterations,
            max(first.residual, second.residual),
            first.converged and second.converged,
        )

    def _solve(self, uptake: np.ndarray, source: np.ndarray, u: np.ndarray, tolerance: float) -> Solved:
        return self.solver.solve(uptake, source, u, tolerance)
