"""What is given in a line of treatment as an option: regimens of drugs that can be simulated, in text or keys."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, SkipValidation, WithJsonSchema

from ossim import catalog
from ossim.dosing import Regimen, parse_regimens, regimen_from_mapping, regimen_text
from ossim.errors import InputError
from ossim.strategies.lines import Line

_ONE = {
    "anyOf": [
        {"type": "string", "examples": ["sorafenib 400 mg b.i.d.", "everolimus 5 mg q.d.", "none"]},
        {"type": "object", "description": "the same regimen as keys: drug, dose, interval, ..."},
    ]
}
_SCHEMA = {"anyOf": [*_ONE["anyOf"], {"type": "array", "items": _ONE}]}


def _one_or_many(value: object) -> tuple[object, ...]:
    if value is None or value == []:
        raise InputError("is empty; write a regimen, or 'none' for no drug")
    if isinstance(value, str) and value.strip().lower() == "none":
        return ()
    return tuple(value) if isinstance(value, (list, tuple)) else (value,)


def _read(value: object) -> Line:
    if isinstance(value, Regimen):
        return (known_regimen(value),)
    if isinstance(value, str):
        return tuple(known_regimen(regimen) for regimen in parse_regimens(value))
    if isinstance(value, dict):
        return (known_regimen(regimen_from_mapping(value)),)
    raise InputError("must be a regimen such as 'sorafenib 400 mg b.i.d.', or 'none'")


def known_regimen(regimen: Regimen) -> Regimen:
    """Return the regimen with the catalogue's name of its drug.

    Raises
    ------
    InputError
        The drug is unknown, or cannot be simulated.
    """
    drug = catalog.drug(regimen.drug)
    if not drug.effects:
        raise InputError(f"{drug.name} acts on nothing in the model; it cannot be given in a trial")
    if drug.default_set is None and any(effect.kind == "concentration" for effect in drug.effects):
        raise InputError(f"{drug.name} acts by its concentration, but its pharmacokinetics are not known")
    return replace(regimen, drug=drug.name)


def _joined(parts: tuple[Line, ...]) -> Line:
    return tuple(regimen for part in parts for regimen in part)


def line_text(line: Line) -> list[str] | str:
    """Write one line of treatment as regimen texts; no drug is ``none``."""
    return [regimen_text(regimen) for regimen in line] or "none"


_Part = Annotated[SkipValidation[Any], BeforeValidator(_read)]
#: regimens that are given together: one, a list, or ``none``; kept as a tuple of `Regimen`
Regimens = Annotated[
    tuple[_Part, ...],
    BeforeValidator(_one_or_many),
    AfterValidator(_joined),
    PlainSerializer(lambda line: None if line is None else line_text(line)),
    WithJsonSchema(_SCHEMA),
]
