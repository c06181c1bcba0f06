"""What the page of a model in space says: laws of its fields, how they move, where they start, what is read off."""

from __future__ import annotations

from ossim.catalog import table
from ossim.model.equations import function_lines
from ossim.model.field_model import FieldModel
from ossim.model.patient.spatial import FROM_PATIENT, SHOWN
from ossim.model.patient.spatial import SYSTEM as SPATIAL_SYSTEM
from ossim.numerics.codegen.system import output_names
from ossim.numerics.pde.system import FieldSystem


def field_page(declared: FieldModel) -> list[str]:
    """Return the parts of the page beside the numbers: equations, fields, what counts as tumor, the grid."""
    system = declared.system
    rows = [(symbol, item.name, item.unit, item.long_name) for symbol, item in declared.fields.items()]
    parts = [_block("equations", _equations(system)), table(("symbol", "field", "unit", "what it is"), rows)]
    if system.start:
        parts.append(_block("start", function_lines(system.start)))
    if declared.tumor:
        parts.append(f"tumor: where {' + '.join(declared.tumor)} is at least {declared.tumor_level}, holes included")
    open_to = [item.name for item in system.transported if item.boundary]
    closed = "into barriers" if open_to else "through the boundary or into barriers"
    besides = f"; but for {', '.join(open_to)} nothing flows through the boundary" if open_to else ""
    parts.append(f"in space: {', '.join(declared.geometries)}; nothing flows {closed}{besides}")
    return parts


def spatial_page() -> list[str]:
    """Return the parts of the page of the patient in space: its equations, and where their other symbols come from."""
    shared = [(symbol, name) for symbol, name in FROM_PATIENT.items()]
    return [
        _block("equations", _equations(SPATIAL_SYSTEM)),
        table(("symbol", "parameter of osteosarcoma_patient"), shared),
        table(("field shown", "unit", "what it is"), [item for item in SHOWN.values()]),
        "lam (growth rate) follows from the doubling time, D (cell diffusivity) from lam and the width of the front; "
        "D, L of lengths are squares where they multiply a Laplacian",
    ]


def _equations(system: FieldSystem) -> list[str]:
    """The laws as text: what happens in a cell, then how each field moves."""
    lines = function_lines(system.rates, set(system.fields)) if system.rates else []
    if system.mobility:
        lines += function_lines(system.mobility)
    factor = " mobility" if system.mobility else ""
    lines += [f"{name}: spreads by div({symbol}{factor} grad {name})" for name, symbol in system.diffusivity.items()]
    for item in system.drifts:
        lines += [*function_lines(item.potential), f"{item.field}: drifts by -div({item.field} grad potential)"]
    for item in system.transported:
        uptake, supply = output_names(item.balance)
        time = "0" if item.at_rest else f"d{item.name}/dt"
        lines += function_lines(item.balance)
        lines.append(f"{time} = div({item.diffusivity} grad {item.name}) - {uptake} {item.name} + {supply}")
        if item.boundary:
            lines.append(f"{item.name} = {item.boundary} at the boundary")
    return lines


def _block(title: str, lines: list[str]) -> str:
    return "\n".join([title, *(f"  {line}" for line in lines)])
