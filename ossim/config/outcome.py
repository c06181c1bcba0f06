"""The one-line name of a trial outcome: ``progression_free_rate at 4 months``, ``overall_survival median``."""

from __future__ import annotations

from dataclasses import dataclass

from ossim.errors import InputError, nearest, unknown
from ossim.units import quantity

RATES = ("objective_response_rate",)
RATES_AT = ("progression_free_rate", "overall_survival_rate", "time_to_failure_rate")
TIMES = ("progression_free_survival", "overall_survival", "time_to_failure")
STATISTICS = ("median", "restricted_mean")


@dataclass(frozen=True)
class Outcome:
    """One number read off each arm: an endpoint, its statistic and, where it needs one, a time [day]."""

    text: str
    endpoint: str
    statistic: str
    time: float | None

    @property
    def variable(self) -> str:
        """Name of the variable of a sweep Dataset that holds it."""
        return "_".join(self.text.replace(".", "p").split())


def parse_outcome(text: object) -> Outcome:
    """Read an outcome name.

    Returns
    -------
    Outcome
        `statistic` is ``rate``, ``median`` or ``restricted_mean``.

    Raises
    ------
    InputError
        Unknown endpoint or statistic, or a time that is missing or not wanted.
    """
    if not isinstance(text, str) or not text.split():
        raise InputError("must be the name of an outcome, for example 'progression_free_rate at 4 months'")
    endpoint, *words = text.split()
    if endpoint in RATES:
        return _finish(text, endpoint, "rate", words, wants_time=False)
    if endpoint in RATES_AT:
        return _finish(text, endpoint, "rate", words, wants_time=True)
    if endpoint not in TIMES:
        raise unknown("outcome", endpoint, (*RATES, *RATES_AT, *TIMES))
    statistic = words[0] if words else ""
    if statistic not in STATISTICS:
        hint = nearest(statistic, STATISTICS) if statistic else ""
        raise InputError(f"'{text}' needs one of {', '.join(STATISTICS)} after '{endpoint}'{hint}")
    return _finish(text, endpoint, statistic, words[1:], wants_time=statistic == "restricted_mean")


def _finish(text: str, endpoint: str, statistic: str, words: list[str], *, wants_time: bool) -> Outcome:
    rest = " ".join(words[1:] if words[:1] == ["at"] else words)
    if wants_time and not rest:
        raise InputError(f"'{text}' needs a time, for example '{text} at 4 months'")
    if rest and not wants_time:
        raise InputError(f"'{text}': '{rest}' is not wanted here")
    time = quantity(rest, "time") if wants_time else None
    if time is not None and time <= 0:
        raise InputError(f"'{text}': the time must be positive")
    return Outcome(text, endpoint, statistic, time)
