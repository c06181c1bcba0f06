"""Models: one file per model, holding either a `MODEL` or, for the patient, the parts a trial is made of."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from ..errors import InputError, unknown
from ..registry import names
from .declaration import Compartment, Model, State

_SUPPORT = ("declaration", "osteosarcoma_baseline", "osteosarcoma_observables")
PATIENT = "osteosarcoma_patient"


def models() -> tuple[str, ...]:
    """Names of all models, sorted."""
    return tuple(name for name in names(__name__, suffix=".py") if name not in _SUPPORT)


@cache
def model(name: str) -> Model:
    """Return the model called `name`.

    Raises
    ------
    UnknownNameError
        The catalogue holds no such model.
    InputError
        It is the patient, which is run as a trial.
    """
    if name == PATIENT:
        raise InputError(f"model '{PATIENT}' is run as a trial: write a config and give it to ossim.run")
    runnable = [known for known in models() if known != PATIENT]
    if name not in runnable:
        raise unknown("model", name, runnable)
    return import_module(f"{__name__}.{name}").MODEL


__all__ = ["PATIENT", "Compartment", "Model", "State", "model", "models"]
