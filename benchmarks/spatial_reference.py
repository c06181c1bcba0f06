"""Fine-in-time reference of P2 on its own grid: RKL2 of the whole right-hand side, and its error by halving the step.

RKL2 is of second order and takes s stages for (s^2 + s - 2) / 4 steps of explicit Euler. Kept in the cache folder of
`ossim`, in a file named by what it depends on, since it takes a minute or more.

References
----------
Meyer, Balsara, Aslam 2014, J. Comput. Phys. 257:594, doi 10.1016/j.jcp.2013.08.021
"""

from __future__ import annotations

import hashlib
import math
import os
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ossim.numerics.simd.cache import cache_folder

from .spatial_kernels import coefficients, kernels, started
from .spatial_problem import Outputs, SpatialProblem, collect, errors

STEP = 0.0125  # [day]
SAFETY = 1.05  # of the stability limit


class Reference(NamedTuple):
    """Outputs, and the estimated errors of mass, front and VEGF in them."""

    outputs: Outputs
    own: tuple[float, float, float]


def reference(problem: SpatialProblem, step: float = STEP) -> Reference:
    """The reference, from its file where there is one."""
    sources = ("spatial_problem", "spatial_kernels", "spatial_reference")
    text = b"".join(Path(__file__).with_name(f"{name}.py").read_bytes() for name in sources)
    name = f"benchmark-{problem.key}-{hashlib.sha256(text + repr((problem, step)).encode()).hexdigest()[:16]}.npz"
    path = (cache_folder() or Path(tempfile.gettempdir())) / name
    if path.exists():
        with np.load(path) as kept:
            return Reference(Outputs(*kept["outputs"]), tuple(kept["own"].tolist()))
    fine, coarse = solve(problem, step), solve(problem, 2.0 * step)
    own = tuple(
        error / 3.0 for error in errors(coarse, fine)
    )  # second order: the finer one has a third of the difference
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".tmp", delete=False) as handle:
        np.savez(handle, outputs=np.array(fine), own=np.array(own))
    os.replace(handle.name, path)
    return Reference(fine, own)


def solve(problem: SpatialProblem, step: float) -> Outputs:
    """RKL2 with steps of at most `step` [day]."""
    compiled, k = kernels(len(problem.shape)), coefficients(problem)
    y, one, two, slope = started(problem, 4)
    steps = math.ceil(problem.interval / step - 1e-9)
    dt = problem.interval / steps
    weights = rkl2(stages(dt * SAFETY / problem.largest_step), dt)
    rows = []
    for _ in range(problem.n_outputs):
        for _ in range(steps):
            compiled.slope((y, slope), k, (0.0,))
            compiled.euler((y, one), k, (weights[0],))
            new, old = one, two
            for row in weights[1]:
                compiled.stage((new, old, y, slope), k, row)
                new, old = old, new
            y, one, two = new, old, y
        rows.append(problem.observe(y))
    return collect(rows)


def stages(ratio: float) -> int:
    """The least odd number of stages (at least 3) that is stable for a step so many times that of explicit Euler."""
    s = 3
    while (s * s + s - 2) / 4.0 < ratio:
        s += 2
    return s


def rkl2(s: int, dt: float) -> tuple[float, list[tuple[float, ...]]]:
    """The step of the first stage, and per further one the weights of Y_{j-1}, Y_{j-2}, Y_0, f(Y_{j-1}) and f(Y_0)."""
    b = [1 / 3 if j < 3 else (j * j + j - 2) / (2 * j * (j + 1)) for j in range(s + 1)]
    w = 4.0 / (s * s + s - 2)
    rows = []
    for j in range(2, s + 1):
        mu, nu = (2 * j - 1) / j * b[j] / b[j - 1], -(j - 1) / j * b[j] / b[j - 2]
        rest, forward = 1.0 - mu - nu, mu * w * dt
        before, rest = (nu, rest) if j > 2 else (0.0, rest + nu)  # Y_{j-2} is Y_0 itself at first
        rows.append((mu, before, rest, forward, -(1.0 - b[j - 1]) * forward))
    return b[1] * w * dt, rows
