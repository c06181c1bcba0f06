"""What there is of strategies, criteria, endpoints and kinds of figures, as text: a list, or one with its options."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from ossim import criteria as response_criteria
from ossim import plots
from ossim import strategies as treatment_strategies
from ossim.endpoints import outcome
from ossim.report.text_table import table
from ossim.sections.base import Section


def strategies(name: str | None = None) -> str:
    """List the strategies, or describe one."""
    return _listed("strategy", treatment_strategies.strategies(), treatment_strategies.strategy, name)


def criteria(name: str | None = None) -> str:
    """List the response criteria, or describe one."""
    return _listed("criterion", response_criteria.criteria(), response_criteria.criterion, name)


def endpoints(name: str | None = None) -> str:
    """List the endpoints, or describe one with its statistics and other names."""
    if name is None:
        return _listed("endpoint", outcome.names(), outcome.load, None)
    found = outcome.load(name)
    statistics = ", ".join(f"{key} at TIME" if timed else key for key, timed in found.statistics.items())
    lines = [_listed("endpoint", outcome.names(), outcome.load, name), f"statistics: {statistics}"]
    lines += [f"in tables: {', '.join(found.words)}"] if found.words else []
    lines += [f"other names: {', '.join(found.aliases)}"] if found.aliases else []
    return "\n".join(lines)


def figures(name: str | None = None) -> str:
    """List the kinds of figures, or describe one."""
    if name is not None:
        return f"{name}: {_first_line(plots.find(name))}"
    return table(("kind of figure", "shows"), [(kind, _first_line(plots.find(kind))) for kind in plots.names()])


def _listed(what: str, names: tuple[str, ...], find: Callable[[str], Any], name: str | None) -> str:
    if name is None:
        return table((what, "what it is"), [(each, _first_line(find(each))) for each in names])
    found = find(name)
    return "\n".join([f"{name}: {inspect.getdoc(found)}", "", _options(found.Options)]).rstrip()


def _first_line(found: Any) -> str:
    return (inspect.getdoc(found) or "").splitlines()[0]


def _options(options: type[Section]) -> str:
    rows = []
    for key, entry in options.model_json_schema().get("properties", {}).items():
        default = entry.get("default", "")
        rows.append((key, str(entry.get("type", "")), str(default), str(entry.get("description", ""))))
    return table(("option", "type", "default", "meaning"), rows) if rows else "no options"
