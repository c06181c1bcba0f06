"""From a trial Dataset to best response, response rate, survival curves and landmark rates.

Every file in `kinds`, or in ``endpoints`` of a folder of the user's, is one endpoint: it defines `ENDPOINT`, a class
derived from `Endpoint`, and may offer a function of its own name. The statistics work on what such functions return.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ossim import registry
from ossim.errors import unknown

if TYPE_CHECKING:
    import xarray as xr

    from ossim.endpoints.base import Endpoint as Endpoint
    from ossim.endpoints.base import Estimate as Estimate
    from ossim.endpoints.comparison import compare as compare
    from ossim.endpoints.comparison import rows as rows
    from ossim.endpoints.intervals import clopper_pearson as clopper_pearson
    from ossim.endpoints.kinds.best_change import best_change as best_change
    from ossim.endpoints.kinds.best_response import best_response as best_response
    from ossim.endpoints.kinds.objective_response import objective_response as objective_response
    from ossim.endpoints.kinds.overall_survival import overall_survival as overall_survival
    from ossim.endpoints.kinds.progression_free_survival import progression_free_survival as progression_free_survival
    from ossim.endpoints.kinds.time_to_burden import time_to_burden as time_to_burden
    from ossim.endpoints.kinds.time_to_failure import time_to_failure as time_to_failure
    from ossim.endpoints.landmark import event_free_rate as event_free_rate
    from ossim.endpoints.outcome import parse_outcome as parse_outcome
    from ossim.endpoints.survival import kaplan_meier as kaplan_meier
    from ossim.endpoints.survival import log_rank as log_rank
    from ossim.endpoints.survival import median_time as median_time
    from ossim.endpoints.survival import restricted_mean as restricted_mean
    from ossim.endpoints.survival import survival_at as survival_at

_STATISTICS = MappingProxyType(
    {
        "Endpoint": "base",
        "Estimate": "base",
        "clopper_pearson": "intervals",
        "compare": "comparison",
        "event_free_rate": "landmark",
        "kaplan_meier": "survival",
        "log_rank": "survival",
        "median_time": "survival",
        "parse_outcome": "outcome",
        "restricted_mean": "survival",
        "rows": "comparison",
        "survival_at": "survival",
    }
)


def names() -> list[str]:
    """Return the name of every endpoint."""
    return list(registry.names(registry.ENDPOINT))


def find(name: str) -> Callable[..., Any]:
    """Return the function of the endpoint called `name`, which takes a trial Dataset.

    Raises
    ------
    UnknownNameError
        If there is no such endpoint; the message holds the nearest one.
    """
    if name not in names():
        raise unknown("endpoint", name, names())
    kind = registry.load(registry.ENDPOINT, name)
    return getattr(sys.modules[kind.__module__], name)


def value(ds: xr.Dataset, outcome: object, *, failed: str = "raise") -> xr.Dataset:
    """Return an outcome of every arm with its Monte Carlo standard error.

    Parameters
    ----------
    ds : trial Dataset
    outcome : its name, as in a sweep: "ORR", "median PFS", "progression_free_rate at 4 months", or a mapping of
        ``outcome`` and options of the endpoint
    failed : "raise" or "exclude" runs whose status is not ok

    Returns
    -------
    Dataset with `value` and `error` ("1" for a share, "day" for a time), dims (arm,)

    Raises
    ------
    InputError
        There is no such outcome, or an option is wrong.
    """
    estimates = import_module(f"{__name__}.estimates")
    return estimates.value(ds, outcome, failed)


def __getattr__(name: str) -> Any:
    if name in _STATISTICS:
        return getattr(import_module(f"{__name__}.{_STATISTICS[name]}"), name)
    if not name.startswith("_") and name in names():
        return find(name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted([*globals(), *_STATISTICS, *names()])
