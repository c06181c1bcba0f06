"""From a trial Dataset to best response, response rate, survival curves and landmark rates.

Every file in `kinds` is one endpoint, a function of the same name; the statistics below work on what they return.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module
from types import MappingProxyType

from ossim.errors import unknown

_STATISTICS = MappingProxyType(
    {
        "clopper_pearson": "intervals",
        "compare": "comparison",
        "event_free_rate": "landmark",
        "kaplan_meier": "survival",
        "log_rank": "survival",
        "median_time": "survival",
        "restricted_mean": "survival",
        "rows": "comparison",
        "survival_at": "survival",
    }
)


def names() -> list[str]:
    """Return the name of every endpoint, one per file of the directory `kinds`."""
    directory = import_module(f"{__name__}.kinds").__path__
    return sorted(module.name for module in pkgutil.iter_modules(directory))


def find(name: str):
    """Return the endpoint called `name`, a function of a trial Dataset.

    Raises
    ------
    UnknownNameError
        If there is no such endpoint; the message holds the nearest one.
    """
    if name not in names():
        raise unknown("endpoint", name, names())
    return getattr(import_module(f"{__name__}.kinds.{name}"), name)


def __getattr__(name: str):
    if name in _STATISTICS:
        return getattr(import_module(f"{__name__}.{_STATISTICS[name]}"), name)
    if not name.startswith("_") and name in names():
        return find(name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted([*globals(), *_STATISTICS, *names()])
