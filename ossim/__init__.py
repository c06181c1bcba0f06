"""Simulate treatment of osteosarcoma: tumor, vessels, drugs, resistance, trials (research use only)."""

from __future__ import annotations

from importlib import import_module

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
    "drugs": "catalog",
    "trials": "catalog",
}
_MODULES = (
    "catalog", "cohort", "config", "criteria", "dataset", "dosing", "endpoints", "errors", "models", "plots",
    "strategies", "units",
)  # fmt: skip

__all__ = ["__version__", *_HOME, *_MODULES]


def __getattr__(name: str):
    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    if name in _HOME:
        found = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
        globals()[name] = found
        return found
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)
