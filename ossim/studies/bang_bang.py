"""Optimal control of a model by a drug that is given at full rate or not at all: when to switch, and when to look.

With dynamics that are linear in the control, optimal policies consist of full dose, no dose and singular arcs; here
the best policy of a given number of pulses is sought, with a free final time. It bounds the optimum from above, and is
the optimum where that has no singular arc within reach, as in the benchmark `ledzewicz2007`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize

from ossim.errors import FailedRunsError, InputError, unknown
from ossim.model_runs.simulate import simulate

_COARSE, _FINE, _ROUNDS = 201, 41, 3
_RTOL, _ATOL = 1e-10, 1e-10
#: the least value is known to 1e-9, so differences of 1e-5 in the switching times are seen to four digits
_DIFFERENCE, _GAIN, _MOST_STEPS = 1e-5, 1e-12, 200
#: a pulse or a pause shorter than this share of the longest is none
_NEGLIGIBLE = 1e-6
#: first guesses wait a tenth of the horizon at most: what is given after the least value is reached changes nothing
_WAIT, _LATEST = 0.1, 0.9


@dataclass(frozen=True)
class Policy:
    """Pulses of a drug and what they reach.

    Attributes
    ----------
    doses : dose rows of the pulses
    value : smallest value of the state
    time : when it is reached [day]
    evaluations : policies simulated
    """

    doses: tuple[Mapping[str, Any], ...]
    value: float
    time: float
    evaluations: int


def best_pulses(
    name: str,
    state: str,
    compartment: str,
    rate: float,
    amount: float,
    until: float,
    pulses: int = 2,
    parameters: Mapping[str, float] | None = None,
    starts: int = 4,
    seed: int = 1,
) -> Policy:
    """Find the pulses of a drug that make a state smallest at some time.

    Parameters
    ----------
    name : model
    state : variable to be made small
    compartment : dose compartment of the control
    rate : full rate [amount / day]
    amount : most that may be given in all
    until : latest final time [day]
    pulses : most pulses
    starts : first guesses, of which one spreads the amount evenly and the others are drawn

    Raises
    ------
    InputError
        Nothing to give, no time to give it in, or an unknown state.
    FailedRunsError
        A run failed, so that policies cannot be compared.
    """
    if not (rate > 0.0 and amount > 0.0 and until > 0.0 and pulses >= 1 and starts >= 1):
        raise InputError("rate, amount, until: must be above 0; pulses, starts: 1 or more")
    longest = min(amount / rate, until)
    evaluations = 0

    def reached(x: np.ndarray) -> tuple[float, float]:
        nonlocal evaluations
        evaluations += 1
        rows = _rows(_pulses(x, longest, until), rate, compartment)
        return _least(name, state, rows, parameters, until)

    limits = (
        {"type": "ineq", "fun": lambda x: 1.0 - x[1::2].sum()},
        {"type": "ineq", "fun": lambda x: _LATEST - x[::2].sum()},
    )
    scale = reached(np.zeros(2 * pulses))[0]
    found = [
        minimize(
            lambda x: reached(x)[0] / scale, guess, method="SLSQP", bounds=[(0.0, 1.0)] * guess.size,
            constraints=limits, options={"ftol": _GAIN, "eps": _DIFFERENCE, "maxiter": _MOST_STEPS},
        )
        for guess in _guesses(pulses, starts, seed)
    ]  # fmt: skip
    x = min(found, key=lambda one: one.fun).x
    value, time = reached(x)
    return Policy(tuple(_rows(_pulses(x, longest, until), rate, compartment)), value, time, evaluations)


def _guesses(pulses: int, starts: int, seed: int) -> list[np.ndarray]:
    """First guesses of waiting times (share of the horizon) and pulse lengths (share of the longest), in turn."""
    random = np.random.default_rng(seed)
    even = np.tile([_WAIT / pulses, 1.0 / pulses], pulses)
    waits = _WAIT * random.dirichlet(np.ones(pulses), starts - 1)
    lengths = random.dirichlet(np.ones(pulses), starts - 1)
    return [even, *np.stack([waits, lengths], axis=2).reshape(starts - 1, 2 * pulses)]


def _pulses(x: np.ndarray, longest: float, until: float) -> list[tuple[float, float]]:
    """Start and length [day] of each pulse; pulses that touch are one."""
    found: list[tuple[float, float]] = []
    now = 0.0
    for wait, share in np.clip(x, 0.0, 1.0).reshape(-1, 2):
        now += wait * until
        length = share * longest
        if found and now - sum(found[-1]) < _NEGLIGIBLE * until:
            found[-1] = (found[-1][0], now + length - found[-1][0])
        elif length > _NEGLIGIBLE * longest:
            found.append((now if now > _NEGLIGIBLE * until else 0.0, length))
        now += length
    return [(start, length) for start, length in found if start < until]


def _rows(pulses: Sequence[tuple[float, float]], rate: float, compartment: str) -> list[dict[str, Any]]:
    return [{"time": float(t), "amt": float(rate * d), "dur": float(d), "cmt": compartment} for t, d in pulses]


def _least(
    name: str, state: str, rows: Sequence[Mapping[str, Any]], parameters: Mapping[str, float] | None, until: float
) -> tuple[float, float]:
    """Smallest value of a state and its time, by narrowing the output times around it."""
    low, high, points = 0.0, until, _COARSE
    for _ in range(_ROUNDS):
        times = np.linspace(low, high, points)
        found = simulate(name, times, doses=rows, parameters=parameters, rtol=_RTOL, atol=_ATOL)
        if state not in found:
            raise unknown("variable", state, map(str, found.data_vars))
        if int(found.status):
            raise FailedRunsError(f"model {name} could not be integrated for {list(rows)}")
        values = found[state].values
        least = int(np.argmin(values))
        low, high, points = times[max(least - 1, 0)], times[min(least + 1, len(times) - 1)], _FINE
    return float(values[least]), float(times[least])
