"""What the catalogue holds, as text: models, drugs, trials, and the JSON Schema of a config."""

from __future__ import annotations

import json
from typing import Any

from ossim import catalog
from ossim.config.scenario import json_schema
from ossim.model import TRIALS, model
from ossim.model import models as model_names
from ossim.model.page import page
from ossim.report.text_table import table
from ossim.store.provenance import weakest_tier


def schema_text() -> str:
    """Return the JSON Schema of a config as text."""
    return json.dumps(json_schema(), indent=2)


def models(name: str | None = None) -> str:
    """List the models, or describe the one called `name`."""
    if name is not None:
        return page(name)
    rows = []
    for name in model_names():
        title = f"{TRIALS[name].removeprefix('the ')}, run as a virtual trial" if name in TRIALS else model(name).title
        tiers = [parameter.tier for parameter in catalog.model_parameters(name).values()]
        rows.append((name, title, str(len(tiers)), weakest_tier(tiers)))
    return table(("model", "what it is", "parameters", "weakest evidence"), rows)


def drugs(name: str | None = None) -> str:
    """List the drugs, or describe the one called `name`."""
    if name is not None:
        return catalog.describe("drug", name)
    found = [catalog.drug(name) for name in catalog.drugs()]
    rows = [(drug.name, drug.drug_class, drug.route, _dose(drug), _effects(drug)) for drug in found]
    return table(("drug", "class", "route", "standard dose", "acts on"), rows)


def trials(name: str | None = None) -> str:
    """List the published trials, or describe the one called `name`."""
    if name is not None:
        return catalog.describe("trial", name)
    found = [catalog.trial(name) for name in catalog.trials()]
    rows = [(t.name, str(t.year), str(t.n_patients or "-"), " + ".join(t.regimen) or "none", t.role) for t in found]
    return table(("trial", "year", "n", "treatment", "role"), rows)


def _dose(drug: Any) -> str:
    return drug.standard_dose.text if drug.standard_dose else "-"


def _effects(drug: Any) -> str:
    return ", ".join(f"{effect.channel} ({effect.kind})" for effect in drug.effects) or "-"
