"""Every model in space of the catalogue runs from its config to its end, not negative, with a small error in time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import ossim
from ossim.dataset import Status
from ossim.model import TRIALS, model, models
from ossim.model.field_model import FieldModel
from ossim.model.page import page
from ossim.numerics.pde.evolve import ROUNDING

CONFIGS = Path(__file__).parents[2] / "configs" / "published"
MOST = 1e-2  # relative error in time


NAMES = [name for name in models() if name not in TRIALS and isinstance(model(name), FieldModel)]


@pytest.mark.parametrize("name", NAMES)
def test_config_runs_to_its_end(name):
    declared, ds = model(name), ossim.run(ossim.load(CONFIGS / f"{name}.yaml"))
    assert int(ds["status"]) == Status.ok
    for item in declared.fields.values():
        values = ds[item.name].values
        assert np.isfinite(values).all() and values.max() > 0.0, item.name
        assert values.min() >= -ROUNDING * values.max(), item.name  # no run may go further below zero
    if not declared.at_rest:
        assert 0.0 < ds.attrs["temporal_error"] < MOST


@pytest.mark.parametrize("name", NAMES)
def test_page_holds_laws_fields_and_sources(name):
    declared, text = model(name), page(name)
    for symbol, item in declared.fields.items():
        law = f"d{symbol}/dt = " if symbol in declared.system.fields else f"div({_diffusivity(declared, symbol)} grad"
        assert law in text and item.name in text
    for parameter in declared.parameters:
        assert f"\n{parameter} " in text
    assert "\nsources\n" in text


def _diffusivity(declared: FieldModel, symbol: str) -> str:
    return next(item.diffusivity for item in declared.system.transported if item.name == symbol)
