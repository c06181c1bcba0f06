"""Source and evidence tier of every number that a scenario uses."""

from __future__ import annotations

from .. import catalog
from ..catalog import model_parameters, population
from .pharmacology import plan_pharmacology
from .scenario import Scenario


def drugs_of(scenario: Scenario) -> tuple[str, ...]:
    """All drugs of the trial, in order of first use."""
    return tuple(dict.fromkeys(regimen.drug for arm in scenario.arms for line in arm.lines for regimen in line))


def facts(scenario: Scenario) -> dict[str, tuple[str, str]]:
    """Source and evidence tier of every number that a run uses: name -> (source key, tier)."""
    plan = plan_pharmacology(drugs_of(scenario), scenario.pharmacokinetics)
    found = {name: (item.source, item.tier) for name, item in model_parameters(scenario.model).items()}
    spread = population(scenario.cohort.population).parameters
    found |= {f"{name} (population)": (item.source, item.tier) for name, item in spread.items()}
    for name, chosen in zip(plan.drugs, plan.sets, strict=True):
        for key, quantity in (chosen.quantities if chosen else {}).items():
            found[f"{name} {key}"] = (quantity.source, quantity.tier)
        for effect in catalog.drug(name).effects:
            found[f"{name} effect on {effect.channel}"] = (effect.source, effect.tier)
    return found
