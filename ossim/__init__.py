"""Simulate treatment of osteosarcoma: tumor, vessels, drugs, resistance, trials (research use only)."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ossim import catalog as catalog
    from ossim import cohort as cohort
    from ossim import config as config
    from ossim import criteria as criteria
    from ossim import dataset as dataset
    from ossim import dosing as dosing
    from ossim import endpoints as endpoints
    from ossim import errors as errors
    from ossim import model as model
    from ossim import plots as plots
    from ossim import report as report
    from ossim import strategies as strategies
    from ossim import units as units
    from ossim.catalog import drugs as drugs
    from ossim.catalog import trials as trials
    from ossim.config.scenario import load as load
    from ossim.config.scenario import loads as loads
    from ossim.model import models as models
    from ossim.model_runs.adaptive import adaptive as adaptive
    from ossim.model_runs.adaptive import time_to_progression as time_to_progression
    from ossim.model_runs.clonal import resistance_at_detection as resistance_at_detection
    from ossim.model_runs.simulate import simulate as simulate
    from ossim.store.folder import open_result as open_result
    from ossim.studies.sweep import run_sweep as run_sweep
    from ossim.trial.run import run as run

__version__ = "0.1.0"

#: public name -> the module that holds it, imported on first use
_HOME = {
    "load": "config.scenario",
    "loads": "config.scenario",
    "run": "trial.run",
    "run_sweep": "studies.sweep",
    "simulate": "model_runs.simulate",
    "adaptive": "model_runs.adaptive",
    "time_to_progression": "model_runs.adaptive",
    "resistance_at_detection": "model_runs.clonal",
    "open_result": "store.folder",
    "models": "model",
    "drugs": "catalog",
    "trials": "catalog",
}
_MODULES = (
    "catalog", "cohort", "config", "criteria", "dataset", "dosing", "endpoints", "errors", "model", "plots",
    "report", "strategies", "units",
)  # fmt: skip

__all__ = ["__version__", *_HOME, *_MODULES]


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    if name in _HOME:
        found = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
        globals()[name] = found
        return found
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)
