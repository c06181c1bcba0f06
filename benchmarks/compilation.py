"""How long a user waits for the first result of a model: fresh processes, with and without a cache of compiled code.

The patient's model runs as a trial of eight patients in two arms; every other one as one run over one day.
"""

from __future__ import annotations

import sys
import tempfile

import numpy as np

import ossim
from ossim.model import PATIENT

from .measure import table
from .patient import CONFIG
from .startup import timed

STIFF = ("hahnfeldt1999", "rodas4")
_SIMULATE = "import sys, ossim; ossim.simulate(sys.argv[1], [0.0, 1.0], method=sys.argv[2])"
_TRIAL = "import sys, ossim; ossim.run(ossim.loads(sys.argv[1]), threads=1)"


def first_result(model: str, method: str, cache: str) -> tuple[float, float]:
    """Wall and CPU seconds of a process that imports, compiles or loads, and runs, its compiled code in a folder."""
    given = [_TRIAL, CONFIG.replace("SIZE", "8")] if model == PATIENT else [_SIMULATE, model, method]
    return timed([sys.executable, "-c", *given], {"NUMBA_CACHE_DIR": cache})


def compilation(repeats: int = 3) -> str:
    """Table of every model with the explicit method, and of one with the stiff one; each compiles in its own folder."""
    rows = []
    for model, method in (*((model, "tsit5") for model in ossim.models()), STIFF):
        with tempfile.TemporaryDirectory() as cache:
            empty = first_result(model, method, cache)
            filled = np.median([first_result(model, method, cache) for _ in range(repeats)], axis=0)
        rows.append((model, method, *(f"{seconds:.2f}" for seconds in (*empty, *filled))))
    title = f"Seconds to the first result in a fresh process, by cache of compiled code (filled: medians of {repeats})"
    return table(title, ("model", "method", "empty, wall", "CPU", "filled, wall", "CPU"), rows)
