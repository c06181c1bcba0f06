"""Source and evidence tier of the numbers that a scenario uses."""

from __future__ import annotations

from ossim import catalog
from ossim.catalog import model_parameters, population
from ossim.config.scenario import Scenario
from ossim.trial.exposure import plan_pharmacology

_CONFIG = ("config", "assumed")


def drugs_of(scenario: Scenario) -> tuple[str, ...]:
    """All drugs of the trial, in order of first use."""
    return tuple(dict.fromkeys(regimen.drug for arm in scenario.arms for line in arm.lines for regimen in line))


def facts(scenario: Scenario) -> dict[str, tuple[str, str]]:
    """Source and tier of every parameter, distribution and drug value of a run: name -> (source key, tier).

    What the config fixes has the source "config".
    """
    fixed = dict(scenario.cohort.parameters)
    people = population(scenario.cohort.population)
    used = dict(model_parameters(people.model))
    if scenario.space is not None:
        fixed |= {name: 0.0 for name in scenario.space.parameters}
        used |= model_parameters(scenario.model)
    found = {name: (item.source, item.tier) for name, item in used.items()}
    found |= {f"{name} (population)": (item.source, item.tier) for name, item in people.parameters.items()}
    found = {name: value for name, value in found.items() if name.removesuffix(" (population)") not in fixed}
    found |= dict.fromkeys(fixed, _CONFIG)
    bases = {regimen.basis for arm in scenario.arms for line in arm.lines for regimen in line}
    if bases - {"absolute"}:
        found |= {f"{name} (population)": (item.source, item.tier) for name, item in people.body_size.items()}
    plan = plan_pharmacology(drugs_of(scenario), scenario.pharmacokinetics)
    for name, chosen in zip(plan.drugs, plan.sets, strict=True):
        entry = catalog.drug(name)
        for key, quantity in (chosen.quantities if chosen else {}).items():
            found[f"{name} {key}"] = (quantity.source, quantity.tier)
        if entry.molecular_weight is not None:
            found[f"{name} molecular_weight"] = (entry.molecular_weight.source, entry.molecular_weight.tier)
        for effect in entry.effects:
            found[f"{name} effect on {effect.channel}"] = (effect.source, effect.tier)
    return found
