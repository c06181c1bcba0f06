"""Models: how one is declared, the library of published ones, and the osteosarcoma patient that trials are made of.

A file of the library is a model when the catalogue holds parameters of its name; models of the user's own are found in
the places of `ossim.registry`.
"""

from __future__ import annotations

from functools import cache
from types import MappingProxyType

from ossim import registry
from ossim.catalog import documented_models, model_parameters
from ossim.errors import InputError, unknown
from ossim.model.declaration import Clock, Compartment, Depot, Dosed, Level, Model, Observable, State
from ossim.model.field_model import FieldModel
from ossim.model.size_model import SizeModel
from ossim.numerics.codegen.system import System

Declared = Model | FieldModel | SizeModel
PATIENT, SPATIAL = "osteosarcoma_patient", "osteosarcoma_spatial"
TRIALS = MappingProxyType({PATIENT: "the osteosarcoma patient", SPATIAL: "the osteosarcoma patient in space"})


def models() -> tuple[str, ...]:
    """Names of all models, sorted."""
    found = (*registry.names(registry.MODEL), *TRIALS)
    return tuple(sorted(name for name in found if name in documented_models()))


@cache
def model(name: str) -> Declared:
    """Return the model called `name`.

    Raises
    ------
    UnknownNameError
        The catalogue holds no such model.
    InputError
        It is a patient, which is run as a trial, or its data file lacks a parameter.
    """
    if name in TRIALS:
        raise InputError(f"model '{name}' is run as a trial: write a config and give it to ossim.run")
    if name not in models():
        raise unknown("model", name, models())
    declared = registry.load(registry.MODEL, name)
    if lacking := [key for key in declared.parameters if key not in model_parameters(name)]:
        raise InputError(f"model '{name}' has no numbers in data/models/{name}.yaml for {', '.join(lacking)}")
    return declared


def ode_models() -> tuple[str, ...]:
    """Names of the models that are systems of ordinary differential equations, without the patient; sorted."""
    return tuple(name for name in models() if name not in TRIALS and isinstance(model(name), Model))


__all__ = [
    "PATIENT",
    "SPATIAL",
    "TRIALS",
    "Clock",
    "Compartment",
    "Declared",
    "Depot",
    "Dosed",
    "FieldModel",
    "Level",
    "Model",
    "Observable",
    "SizeModel",
    "State",
    "System",
    "model",
    "models",
    "ode_models",
]
