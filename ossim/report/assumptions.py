"""What stands beneath every result: values no trial identifies, the weakest evidence, the research-only notice."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from ossim import catalog
from ossim.config import Scenario
from ossim.report.text_table import WIDTH
from ossim.store.provenance import NOTICE

# What decides between sequences of treatment, and no trial of one line can tell.
UNIDENTIFIED = ("bypass_decay_rate", "bypass_strength", "cross_resistance", "tki_resistant_fraction")


def assumptions(config: Scenario, *, sweep: bool = False) -> str:
    """Return the statement that belongs beneath sequences of treatment, empty where each arm has one line.

    Parameters
    ----------
    config : of `ossim.load`
    sweep : whether all its points are meant, or the one of its own values
    """
    if not any(arm.strategy != "fixed" or len(arm.lines) > 1 for arm in config.arms):
        return ""
    values = "; ".join(f"{name} {_value_used(config, name, sweep)}" for name in UNIDENTIFIED)
    return (
        "Assumed, not identified by trial data, and decisive between sequences (bypass and clones): "
        f"{values}. Read differences between sequences as 'if these hold, then', and sweep these values."
    )


def closing(attributes: Mapping[str, Any]) -> str:
    """Return what stands beneath every result: its assumptions, its weakest evidence and the research-only notice."""
    lines = textwrap.wrap(str(attributes.get("assumptions", "")), WIDTH)
    tier = attributes.get("weakest_evidence_tier", "unknown")
    return "\n".join([*lines, f"weakest evidence: {tier}. {attributes.get('notice', NOTICE)}"])


def _value_used(config: Scenario, name: str, sweep: bool) -> str:
    """Say what is taken for a parameter: swept values, one for all patients, a population, or the model's."""
    fact = catalog.model_parameters(config.model)[name]
    unit = "" if fact.unit == "1" else f" {fact.unit}"
    keys = (name, f"cohort.parameters.{name}")
    axes = config.sweep.axes if sweep and config.sweep is not None else ()
    swept = [axis for axis in axes if axis.path in keys]
    if swept:
        return f"swept {swept[0].values[0]:.3g} to {swept[0].values[-1]:.3g}{unit}"
    if name in config.cohort.parameters:
        return f"{config.cohort.parameters[name]:.3g}{unit} for all"
    spread = catalog.population(config.cohort.population).parameters.get(name)
    if spread is not None and spread.median is not None and not config.cohort.typical:
        return f"{spread.median:.3g}{unit} (median)"
    return f"{fact.value:.3g}{unit}"
