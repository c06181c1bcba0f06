"""What the catalogue holds, as text: models, drugs, trials, and the JSON Schema of a config."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ossim import catalog
from ossim.config.scenario import json_schema
from ossim.errors import Fault, InputError
from ossim.model import TRIALS
from ossim.model import models as model_names
from ossim.model.page import page
from ossim.report.text_table import table
from ossim.store.provenance import weakest_tier


def schema_text() -> str:
    """Return the JSON Schema of a config as text."""
    return json.dumps(json_schema(), indent=2)


def models(name: str | None = None) -> str:
    """List the models, or describe the one called `name`; listing them runs none of their files."""
    if name is not None:
        return page(name)
    return _listing(("model", "what it is", "parameters", "weakest evidence"), model_names(), _model_row)


def drugs(name: str | None = None) -> str:
    """List the drugs, or describe the one called `name`."""
    if name is not None:
        return catalog.describe("drug", name)
    return _listing(("drug", "class", "route", "standard dose", "acts on"), catalog.drugs(), _drug_row)


def trials(name: str | None = None) -> str:
    """List the published trials, or describe the one called `name`."""
    if name is not None:
        return catalog.describe("trial", name)
    return _listing(("trial", "year", "n", "treatment", "role"), catalog.trials(), _trial_row)


def _listing(columns: Sequence[str], names: Iterable[str], row: Callable[[str], Sequence[str]]) -> str:
    """Return a table with one row per name.

    Raises
    ------
    InputError
        Files that cannot be read, one line each, after the table of all others was printed.
    """
    rows: list[Sequence[str]] = []
    faults: list[Fault | str] = []
    for name in names:
        try:
            rows.append(row(name))
        except InputError as error:
            faults += error.faults
    if faults:
        print(table(columns, rows))
        raise InputError(*faults)
    return table(columns, rows)


def _model_row(name: str) -> Sequence[str]:
    title = catalog.model_title(name)
    title = f"{TRIALS[name].removeprefix('the ')}, run as a virtual trial" if name in TRIALS else title
    tiers = [parameter.tier for parameter in catalog.model_parameters(name).values()]
    return name, title, str(len(tiers)), weakest_tier(tiers)


def _drug_row(name: str) -> Sequence[str]:
    drug = catalog.drug(name)
    return drug.name, drug.drug_class, drug.route, _dose(drug), _effects(drug)


def _trial_row(name: str) -> Sequence[str]:
    found = catalog.trial(name)
    treatment = " + ".join(found.regimen) or "none"
    return found.name, str(found.year), str(found.n_patients or "-"), treatment, found.role


def _dose(drug: Any) -> str:
    return drug.standard_dose.text if drug.standard_dose else "-"


def _effects(drug: Any) -> str:
    return ", ".join(f"{effect.channel} ({effect.kind})" for effect in drug.effects) or "-"
