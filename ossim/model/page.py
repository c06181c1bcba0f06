"""The catalogue page of a model: its equations, states, observables and doses, then its numbers and their sources."""

from __future__ import annotations

from collections.abc import Iterable

from ossim.catalog import model_page, table
from ossim.model import PATIENT, SPATIAL, Compartment, Depot, Dosed, Level, Model, model
from ossim.model.equations import equations, function_lines
from ossim.model.field_model import FieldModel
from ossim.model.field_page import field_page, spatial_page
from ossim.model.patient.equations import SYSTEM as PATIENT_SYSTEM
from ossim.model.size_model import SizeModel
from ossim.model.size_model import equations as size_equations
from ossim.numerics.codegen.system import System


def page(name: str) -> str:
    """Return the page of the model called `name` as plain text.

    Raises
    ------
    UnknownNameError
        The catalogue holds no such model.
    """
    if name == PATIENT:
        return model_page(name, "The osteosarcoma patient, run as a virtual trial.", [_equations(PATIENT_SYSTEM)])
    if name == SPATIAL:
        return model_page(name, "The osteosarcoma patient in space, run as a virtual trial.", spatial_page())
    declared = model(name)
    if isinstance(declared, FieldModel):
        return model_page(name, f"{declared.title}.", field_page(declared))
    if isinstance(declared, SizeModel):
        about = [_block("equations", size_equations(declared)), *_doses(declared)]
        return model_page(name, f"{declared.title}.", about)
    starts = [(symbol, item.name, item.unit, item.initial or "0") for symbol, item in declared.states.items()]
    about = [_equations(declared.system), table(("symbol", "state", "unit", "starts at"), starts)]
    if declared.observe:
        rows = [(symbol, item.name, item.unit, item.long_name) for symbol, item in declared.observables.items()]
        about.append(_block("observed", function_lines(declared.observe)))
        about.append(table(("symbol", "observable", "unit", "what it is"), rows))
    about += [*_doses(declared), *_fractions(declared)]
    return model_page(name, f"{declared.title}.", about)


def _doses(declared: Model | SizeModel) -> list[str]:
    """What doses go into, where there is anything."""
    if not declared.compartments:
        return []
    return [table(("doses into", "unit", "what it is", "how it acts"), map(_compartment, declared.compartments))]


def _equations(system: System) -> str:
    return _block("equations", equations(system))


def _block(title: str, lines: Iterable[str]) -> str:
    return "\n".join([title, *(f"  {line}" for line in lines)])


def _compartment(item: Dosed) -> tuple[str, ...]:
    if isinstance(item, Compartment):
        gain = f" times {item.gain}" if item.gain else ""
        how = f"{item.input} = level{gain}; decays at {item.decay}"
    elif isinstance(item, Level):
        divided = f" / {item.clearance}" if item.clearance else ""
        how = f"{item.input} = amount / dur{divided}; let each dose last until the next"
    elif isinstance(item, Depot):
        how = f"into {item.state}" + (f", {item.lag} later" if item.lag else "")
    else:
        how = f"{item.input} = day of the latest dose"
    return item.name, item.unit, item.long_name, how


def _fractions(declared: Model) -> list[str]:
    """How much of a dose reaches each depot, where it depends on something."""
    depots = [item for item in declared.compartments if isinstance(item, Depot) and item.fraction]
    return [_block(f"part of a dose that reaches {item.state}", function_lines(item.fraction)) for item in depots]
