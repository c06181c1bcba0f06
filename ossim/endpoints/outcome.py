"""The name of an outcome: an endpoint, its statistic and a time, in the words of configs, tables and trials.

``progression_free_rate at 4 months``, ``overall_survival median``, ``median OS``, ``PFS at 6 months``, ``ORR`` and the
names of published outcomes mean what they say; ``{outcome: ORR, confirmed: true}`` adds options of the endpoint.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from ossim import registry
from ossim.endpoints.base import RATE, RESTRICTED_MEAN, Alias, Endpoint
from ossim.errors import InputError, nearest, unknown
from ossim.sections.base import Nested, Section
from ossim.units import quantity

_SPELLING = {"restricted mean": RESTRICTED_MEAN, "rmst": RESTRICTED_MEAN}


@dataclass(frozen=True)
class Outcome:
    """One number read off each arm: an endpoint, its statistic, where it needs one a time [day], and options."""

    text: str
    endpoint: str
    statistic: str
    time: float | None
    options: Section

    @property
    def variable(self) -> str:
        """Name of the variable of a sweep Dataset that holds it."""
        given = (f"{key} {value}" for key, value in self.options.model_dump(exclude_defaults=True).items())
        return "_".join(" ".join((self.text, *given)).replace(".", "p").split())

    @property
    def unit(self) -> str:
        """Unit of its value."""
        return load(self.endpoint).unit[self.statistic]

    def written(self) -> Any:
        """Return it as a config holds it."""
        options = self.options.model_dump(exclude_defaults=True)
        return {"outcome": self.text, **options} if options else self.text


def names() -> tuple[str, ...]:
    """Names of the endpoints, sorted."""
    return registry.names(registry.ENDPOINT)


def load(name: str) -> Endpoint:
    """Return the endpoint called `name`.

    Raises
    ------
    UnknownNameError
        There is no such endpoint.
    InputError
        Its file cannot be run, or what it defines is no endpoint.
    """
    return registry.load_class(registry.ENDPOINT, name, Endpoint)()


def parse_outcome(value: object) -> Outcome:
    """Read the name of an outcome.

    Parameters
    ----------
    value : text, or a mapping of ``outcome`` and options of its endpoint

    Raises
    ------
    InputError
        Unknown endpoint or statistic, a time that is missing or not wanted, a wrong option; one line each.
    """
    if isinstance(value, Outcome):
        return value
    text = value.get("outcome") if isinstance(value, dict) else value
    if not isinstance(text, str) or not text.split():
        raise InputError("must be the name of an outcome, for example 'progression_free_rate at 4 months'")
    name, alias, words = _endpoint(text)
    endpoint = load(name)
    statistic, rest = (alias.statistic, words) if alias else _statistic(endpoint, name, text, words)
    time = _time(text, rest, wanted=endpoint.statistics[statistic])
    given = {key: one for key, one in value.items() if key != "outcome"} if isinstance(value, dict) else {}
    try:
        options = endpoint.Options.model_validate({**(alias.options if alias else {}), **given})
    except ValidationError as error:
        raise Nested(error, endpoint.Options, ("outcome",)) from None
    return Outcome(text, name, statistic, time, options)


def published(name: str) -> tuple[str, Alias] | None:
    """Return the endpoint and the statistic that a published outcome is computed by; None where nothing computes it."""
    if name in names():
        statistic = RATE if RATE in load(name).statistics else next(iter(load(name).statistics))
        return name, Alias(statistic)
    return next(((endpoint, found[name]) for endpoint, found in _aliases() if name in found), None)


def _endpoint(text: str) -> tuple[str, Alias | None, list[str]]:
    """Return the endpoint that a text names, the alias it names it by, and the words that are left."""
    words = text.split()
    for name in names():
        if name in words[:2]:
            return name, None, [word for word in words if word != name]
    for name, aliases in _aliases():
        if words[0] in aliases:
            return name, aliases[words[0]], words[1:]
    for name in names():
        for word in load(name).words:
            if word.lower() in (one.lower() for one in words):
                return name, None, [one for one in words if one.lower() != word.lower()]
    known = [*names(), *(alias for _, aliases in _aliases() for alias in aliases)]
    raise unknown("outcome", words[0], [*known, *(word for name in names() for word in load(name).words)])


def _aliases() -> Iterator[tuple[str, dict[str, Alias]]]:
    """Endpoints with their aliases, the shipped ones first: what the user wrote is run only where it is needed."""
    for name in sorted(names(), key=lambda one: registry.of_user(registry.ENDPOINT, one)):
        yield name, dict(load(name).aliases)


def _statistic(endpoint: Endpoint, name: str, text: str, words: list[str]) -> tuple[str, list[str]]:
    """Return the statistic that the words name, and the words that are left."""
    rest = re.sub(r"\((mo|%|d)\)", "", " ".join(words)).strip()
    for spelled, statistic in (*_SPELLING.items(), *((one, one) for one in endpoint.statistics)):
        if statistic in endpoint.statistics and re.match(rf"{spelled}(?!\w)", rest, re.IGNORECASE):
            return statistic, rest[len(spelled) :].split()
    if not rest and len(endpoint.statistics) == 1:
        return next(iter(endpoint.statistics)), []
    if RATE in endpoint.statistics and re.match(r"(at\s)?\s*[\d.]", rest):
        return RATE, rest.split()
    first = rest.split()[0] if rest else ""
    hint = nearest(first, endpoint.statistics) if first else ""
    raise InputError(f"'{text}' needs one of {', '.join(endpoint.statistics)} after '{name}'{hint}")


def _time(text: str, words: list[str], *, wanted: bool) -> float | None:
    rest = " ".join(words[1:] if words[:1] == ["at"] else words)
    if not wanted:
        if rest:
            raise InputError(f"'{text}': '{rest}' is not wanted here")
        return None
    if not rest:
        raise InputError(f"'{text}' needs a time, for example '{text} at 4 months'")
    time = quantity(rest, "time")
    if time <= 0:
        raise InputError(f"'{text}': the time must be positive")
    return time
