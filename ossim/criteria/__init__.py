"""Response criteria: what they measure, their thresholds, and the functions of arrays behind them.

A file of `kinds`, or of ``criteria`` in a folder of the user's, defines `CRITERION`, a class derived from `Criterion`.
A dot in a name is an underscore in the name of its file: `recist_1.1` is ``recist_1_1.py``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ossim import registry
from ossim.criteria.base import DIAMETERS, PRODUCTS, Criterion
from ossim.errors import unknown

__all__ = ["DIAMETERS", "PRODUCTS", "Criterion", "criteria", "criterion", "make_criterion"]

DEFAULT = "recist_1.1"


def criteria() -> tuple[str, ...]:
    """Names of the response criteria, sorted."""
    return tuple(re.sub(r"(?<=\d)_(?=\d)", ".", name) for name in registry.names(registry.CRITERION))


def criterion(name: str) -> type[Criterion]:
    """Return the criterion called `name`: a class that is made with its options.

    Raises
    ------
    UnknownNameError
        No criterion has this name.
    InputError
        Its file cannot be run, or what it defines is no criterion.
    """
    if name not in criteria():
        raise unknown("criterion", name, criteria())
    return registry.load_class(registry.CRITERION, name.replace(".", "_"), Criterion)


def make_criterion(name: str = DEFAULT, options: Mapping[str, Any] | None = None) -> Criterion:
    """Return a criterion with its options, by default RECIST 1.1.

    Raises
    ------
    UnknownNameError, InputError
        See `criterion`.
    pydantic.ValidationError
        An option is unknown or wrong.
    """
    kind = criterion(name)
    return kind(name, kind.Options.model_validate(dict(options or {})))
