"""P2 as a user of `ossim` solves it: a model file in a folder of `OSSIM_PATH`, and `ossim.simulate` with a `space`.

Nothing but the public interface is used. What it takes includes checking, labelling and the Dataset.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import xarray as xr

import ossim

from .spatial_peers import Solved
from .spatial_problem import SPECIES, SpatialProblem, collect

FOLDER = Path(__file__).with_name("extension")
NAMES = dict(zip(SPECIES, ("normoxic_cells", "hypoxic_cells", "necrosis", "vessels", "vegf"), strict=True))
STEP = 2.0  # [day]


def as_a_user(problem: SpatialProblem, step: float = STEP) -> Solved:
    """Solve P2 by `ossim.simulate`; compilation is in the time of the first call only."""
    started = problem.start()
    times = np.arange(1, problem.n_outputs + 1) * problem.interval
    with _folder_named():
        began = time.process_time()
        found = _simulated(problem, times, started, step)
        seconds = time.process_time() - began
    return Solved(collect([_observed(problem, found, number) for number in range(times.size)]), seconds)


@contextmanager
def _folder_named() -> Iterator[None]:
    """Name the folder of the model in the environment, as a user does before starting."""
    before = os.environ.get("OSSIM_PATH")
    os.environ["OSSIM_PATH"] = str(FOLDER)
    try:
        yield
    finally:
        os.environ.pop("OSSIM_PATH")
        if before is not None:
            os.environ["OSSIM_PATH"] = before


def _simulated(problem: SpatialProblem, times: np.ndarray, started: np.ndarray, step: float) -> xr.Dataset:
    return ossim.simulate(
        "benchmark_p2",
        times=times,
        initial={NAMES[name]: started[number] for number, name in enumerate(SPECIES) if name in ("c", "v")},
        space={
            "geometry": {2: "plane", 3: "box"}[len(problem.shape)],
            "size": problem.spacing * problem.shape[0],
            "spacing": problem.spacing,
            "step": step,
            "error_estimate": False,
        },
    )


def _observed(problem: SpatialProblem, found: xr.Dataset, number: int) -> tuple[float, float, float]:
    return problem.observe([found[NAMES[name]].isel(time=number).values for name in SPECIES])
