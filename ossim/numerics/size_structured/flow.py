"""Growth of one individual in closed form: Gompertz or exponential, with a factor on the rate that changes at dates.

In effective time U(t), the integral of the factor, the flow is affine in ln x:

    Gompertz     ln(b/x) = ln(b/x0) exp(-a (U(t) - U(s)))        exponential  ln x = ln x0 + a (U(t) - U(s))

so that the size at t of who was born at s separates, ln x = level(t) - decay(t) source(s).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ossim.errors import InputError

LARGEST = 700.0  # of a U


@dataclass(frozen=True)
class Flow:
    """A growth law from birth on.

    Attributes
    ----------
    rate : a [1/day]
    log_start : ln of the size at birth
    log_limit : ln of the largest size b; infinite for exponential growth
    dates : shape (n,), first 0 and increasing [day]: from each of them on, growth is `rate` times
    factors : shape (n,), 0 or more; the last one holds for ever
    """

    rate: float
    log_start: float
    log_limit: float
    dates: np.ndarray
    factors: np.ndarray

    @cached_property
    def clock(self) -> np.ndarray:
        """Effective time at the dates [day], shape (n,)."""
        return np.concatenate([[0.0], np.cumsum(self.factors[:-1] * np.diff(self.dates))])


def make_flow(rate: float, log_start: float, log_limit: float = np.inf, dates=(0.0,), factors=(1.0,)) -> Flow:
    """Return a `Flow` after a check.

    Raises
    ------
    InputError
        The rate is not above 0, the largest size not above the size at birth, dates do not rise from 0, a factor is
        negative.
    """
    dates, factors = np.array(dates, float), np.array(factors, float)
    if not (np.isfinite(rate) and rate > 0.0):
        raise InputError(f"growth rate: must be above 0, is {rate:g}")
    if not log_limit > log_start:
        raise InputError("the largest size must be above the size at birth")
    if dates.shape != factors.shape or dates.size == 0 or dates[0] != 0.0 or (np.diff(dates) <= 0.0).any():
        raise InputError("dates of growth factors: must rise from 0, one factor each")
    if not (np.isfinite(factors).all() and (factors >= 0.0).all()):
        raise InputError("growth factors: must be finite and 0 or more")
    return Flow(float(rate), float(log_start), float(log_limit), dates, factors)


def effective_time(flow: Flow, time: np.ndarray) -> np.ndarray:
    """Integral of the growth factor up to `time` [day]."""
    time = np.asarray(time, float)
    place = np.clip(np.searchsorted(flow.dates, time, side="right") - 1, 0, None)
    return flow.clock[place] + flow.factors[place] * (time - flow.dates[place])


def day_of(flow: Flow, clock: np.ndarray, side: str = "left") -> np.ndarray:
    """Day at which the effective time is `clock`: where growth stands still, the first ("left") or last such day.

    Infinite where it never comes.
    """
    clock = np.asarray(clock, float)
    place = np.clip(np.searchsorted(flow.clock, clock, side=side) - 1, 0, None)
    factor = flow.factors[place]
    beyond = clock - flow.clock[place]
    with np.errstate(divide="ignore", invalid="ignore"):
        return flow.dates[place] + np.where(beyond == 0.0, 0.0, beyond / factor)


def log_size(flow: Flow, elapsed: np.ndarray) -> np.ndarray:
    """ln of the size after `elapsed` effective days from birth."""
    if np.isinf(flow.log_limit):
        return flow.log_start + flow.rate * np.asarray(elapsed, float)
    return flow.log_limit - (flow.log_limit - flow.log_start) * np.exp(-flow.rate * np.asarray(elapsed, float))


def time_to_reach(flow: Flow, size: float) -> float:
    """Effective days from birth until ln of the size is `size`: 0 below the size at birth, infinite at the largest."""
    if size <= flow.log_start:
        return 0.0
    if np.isinf(flow.log_limit):
        return (size - flow.log_start) / flow.rate
    if size >= flow.log_limit:
        return np.inf
    return float(np.log((flow.log_limit - flow.log_start) / (flow.log_limit - size)) / flow.rate)


def separate(flow: Flow, time: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return level, decay and source at `time` [day]: ln x = level(t) - decay(t) source(s).

    Raises
    ------
    InputError
        Growth is so fast for so long that the closed form overflows.
    """
    grown = flow.rate * effective_time(flow, time)
    check_grown(float(np.max(grown, initial=0.0)))
    if np.isinf(flow.log_limit):
        return flow.log_start + grown, np.ones_like(grown), grown
    size = flow.log_limit - flow.log_start
    return np.full_like(grown, flow.log_limit), np.exp(-grown), size * np.exp(grown)


def check_grown(grown: float) -> None:
    """Refuse an a U at which exp(a U) overflows: in double precision an individual is at its largest size long before.

    Raises
    ------
    InputError
    """
    if not grown <= LARGEST:
        raise InputError(f"growth rate times days of growth: must be {LARGEST:g} or less, is {grown:.3g}")
