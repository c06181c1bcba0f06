"""Resistant cells before treatment: tumors grown cell by cell until they are found, beside the formula for them."""

from __future__ import annotations

import numpy as np
import xarray as xr

from ossim.errors import InputError
from ossim.numerics.birth_death import grow_clones
from ossim.rng import keys
from ossim.store import provenance
from ossim.terms.preexisting import resistance_probability

MAX_SIZE = 10_000_000


def resistance_at_detection(
    birth: float,
    death: float,
    mutation: float,
    size: int,
    runs: int = 10_000,
    seed: int = 0,
    birth_resistant: float | None = None,
    death_resistant: float | None = None,
    threads: int = 1,
) -> xr.Dataset:
    """Grow tumors from one sensitive cell and count their resistant cells when they are found.

    Each cell divides and dies at its rates; at a division of a sensitive cell one of the two is resistant with the
    probability `mutation`. Tumors that die out are not counted: a new one is started in their place.

    Parameters
    ----------
    birth, death : rates of sensitive cells [1/day], death below birth
    mutation : probability per division of a sensitive cell
    size : cells at which a tumor is found, at most 10 million; `ossim.terms.preexisting` has formulas for any size
    runs : tumors that are found
    seed : run i is the same whatever the number of runs and threads
    birth_resistant, death_resistant : rates of resistant cells [1/day]; those of sensitive cells (neutral) where None

    Returns
    -------
    xarray.Dataset over `run` with `resistant_cells`, `detection_time` [day] and `attempts`; `resistance_probability`
    as simulated, its standard error, and `resistance_probability_formula` of neutral mutants (Iwasa 2006)

    Raises
    ------
    InputError
        A rate, probability, size or number that is out of its range; all faults at once.
    """
    neutral = birth_resistant is None and death_resistant is None
    birth_r = birth if birth_resistant is None else birth_resistant
    death_r = death if death_resistant is None else death_resistant
    _check(birth, death, birth_r, death_r, mutation, size, runs, threads)
    words = keys(seed, "clonal/resistance_at_detection", 0, int(runs))
    resistant, _, time, attempts = grow_clones(words, birth, death, birth_r, death_r, mutation, size, threads)
    share = float(np.mean(resistant > 0))
    formula = float(resistance_probability(size, mutation, birth, death)) if neutral else np.nan
    one = {"units": "1"}
    return xr.Dataset(
        {
            "resistant_cells": ("run", resistant, one | {"long_name": "resistant cells at detection"}),
            "detection_time": ("run", time, {"units": "day", "long_name": "time from the first cell to detection"}),
            "attempts": ("run", attempts, one | {"long_name": "first cells until a tumor did not die out"}),
            "resistance_probability": ((), share, one | {"long_name": "share of tumors with a resistant cell"}),
            "resistance_probability_error": (
                (), np.sqrt(share * (1.0 - share) / runs), one | {"long_name": "standard error of the share"}
            ),
            "resistance_probability_formula": (
                (), formula, one | {"long_name": "probability of a resistant cell, 1 - exp(-M u F)"}
            ),
        },
        attrs={
            "title": f"Resistance in {runs} tumors of {size} cells",
            "reference": "Iwasa, Nowak and Michor 2006, doi 10.1534/genetics.105.049791",
            "birth": float(birth), "death": float(death), "mutation": float(mutation), "size": int(size),
            "birth_resistant": float(birth_r), "death_resistant": float(death_r), "seed": int(seed),
            "notice": provenance.NOTICE,
            "Conventions": provenance.CONVENTIONS,
            **provenance.versions(),
        },
    )  # fmt: skip


def _check(birth, death, birth_r, death_r, mutation, size, runs, threads) -> None:
    faults = []
    rates = {"birth": birth, "death": death, "birth_resistant": birth_r, "death_resistant": death_r}
    faults += [
        f"{name}: must be a finite rate of 0 or more"
        for name, value in rates.items()
        if not (np.isfinite(value) and value >= 0.0)
    ]
    if not faults and not death < birth:
        faults.append("death: must be below birth, else no tumor is found")
    if not faults and death_r + birth_r == 0.0:
        faults.append("birth_resistant: must be above 0 where resistant cells do not die")
    if not 0.0 <= mutation < 1.0:
        faults.append("mutation: must be a probability of 0 or more, below 1")
    for name, value, most in (("size", size, MAX_SIZE), ("runs", runs, np.inf), ("threads", threads, np.inf)):
        if value != int(value) or not 1 <= value <= most:
            limit = f" of at most {most:,}" if np.isfinite(most) else ""
            faults.append(f"{name}: must be a whole number{limit}, 1 or more")
    if faults:
        raise InputError(*faults)
