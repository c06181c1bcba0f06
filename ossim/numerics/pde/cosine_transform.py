"""Fast fields in a box: diffusion, decay and a source linear in time, exact in time by cosine transforms (ETD2).

    a_t = D lap a - decay a + source,    source from `before` to `after` over the step

Every cosine mode of the discrete Laplacian is a scalar equation, integrated exactly, source and decay in one: with the
source split off, a field that decays many times per step would be wrong by a large part of itself. Where decay leaves
nothing of the start after a step, the field is slaved to its source and the start is not looked at. For boxes without
mask and one diffusivity; not for pulled fronts, whose tails round-off of a transform would feed.

References
----------
S. M. Cox, P. C. Matthews, "Exponential time differencing for stiff systems", J. Comput. Phys. 176 (2002) 430.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.fft import dctn, idctn

from ossim.errors import InputError
from ossim.numerics.pde.grid import Grid

FORGOTTEN = 1e-12  # share of the start that is left after a step below which it is not looked at
_SERIES = 0.5  # below this, phi functions are summed as power series


class SpectralSteps:
    """Steps of one field on a Cartesian grid without mask.

    Attributes
    ----------
    diffusivity : [mm^2/day], decay : [1/day], both numbers of 0 or more
    forgotten : see `FORGOTTEN`; larger where the error may be
    precision : of the transforms, float64 or float32
    """

    def __init__(
        self, grid: Grid, diffusivity: float, decay: float, forgotten: float = FORGOTTEN, precision=np.float64
    ):
        if grid.geometry != "cartesian" or grid.mask is not None:
            raise InputError("spectral steps: need a Cartesian grid without mask")
        for name, value in (("diffusivity", diffusivity), ("decay", decay)):
            if np.ndim(value) or not value >= 0 or not math.isfinite(value):
                raise InputError(f"{name}: must be one number of 0 or more for spectral steps, is {value}")
        self.grid, self.decay, self.forgotten = grid, float(decay), forgotten
        self.precision = np.dtype(precision)
        self.rates = float(decay) + float(diffusivity) * eigenvalues(grid)
        self._step, self._weights = 0.0, ()
        self._before = np.zeros(grid.shape, self.precision)

    def slaved(self, step: float) -> bool:
        """Whether nothing is left of the start after a step [day]."""
        return math.exp(-self.decay * step) <= self.forgotten

    def advance(self, a: np.ndarray, before: np.ndarray, after: np.ndarray, step: float) -> None:
        """Advance `a` by `step` [day] in place, with the source going from `before` to `after`; shapes `full_shape`.

        Raises
        ------
        InputError
            The step is not above 0.
        """
        self.begin(before)
        self.follow(a, after, step)

    def begin(self, source: np.ndarray) -> None:
        """Take a source, shape `full_shape`, as that before the next `follow`."""
        self._before = self.transform(source)

    def follow(self, a: np.ndarray, after: np.ndarray, step: float) -> None:
        """Advance `a` by `step` [day] in place; the source goes from what it last was to `after`."""
        if not step > 0 or not math.isfinite(step):
            raise InputError(f"step: must be above 0 days, is {step:g}")
        if step != self._step:
            parts = weights(self.rates, step)
            self._step, self._weights = step, tuple(part.astype(self.precision) for part in parts)
        kept, first, second = self._weights
        later = self.transform(after)
        modes = first * self._before
        modes += second * later
        if not self.slaved(step):
            modes += kept * self.transform(a)
        self._before = later
        a[...] = idctn(modes, 2, norm="ortho", overwrite_x=True).reshape(a.shape)

    def steady(self, source: np.ndarray, out: np.ndarray) -> None:
        """Write the steady state of a constant source into `out`.

        Raises
        ------
        InputError
            There is no decay.
        """
        if self.decay == 0.0:
            raise InputError("decay: is zero, a source then has no steady state")
        modes = self.transform(source) / self.rates
        out[...] = idctn(modes, 2, norm="ortho", overwrite_x=True).reshape(out.shape)

    def transform(self, field: np.ndarray) -> np.ndarray:
        """Return the cosine modes of a field, shape of the grid."""
        return dctn(field.reshape(self.grid.shape).astype(self.precision), 2, norm="ortho", overwrite_x=True)


def eigenvalues(grid: Grid) -> np.ndarray:
    """Return minus the eigenvalues of the discrete Laplacian for each cosine mode [1/mm^2], shape of the grid."""
    total = np.zeros(grid.shape)
    for axis, n in enumerate(grid.shape):
        along = (2.0 / grid.spacing * np.sin(0.5 * np.pi * np.arange(n) / n)) ** 2
        total += along.reshape([-1 if other == axis else 1 for other in range(len(grid.shape))])
    return total


def weights(rates: np.ndarray, step: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what the start and the source before and after a step contribute to its end, for each rate [1/day].

    With z = -rate step: exp(z), step (phi1 - phi2)(z) and step phi2(z), phi1 = (exp(z) - 1)/z, phi2 = (phi1 - 1)/z.
    """
    z = -np.asarray(rates, float) * step
    small = -z < _SERIES
    near, far = z[small], np.where(small, -1.0, z)
    one = np.expm1(far) / far
    two = (one - 1.0) / far
    series = sum(near**k / math.factorial(k + 2) for k in range(13))  # 0.5^13 / 15! is below rounding
    one[small], two[small] = 1.0 + near * series, series
    return np.exp(z), step * (one - two), step * two
