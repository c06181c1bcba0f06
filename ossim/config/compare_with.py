"""The key `compare_with`: which arm imitates which published trial, by the drugs both give or as the config says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from pydantic import BeforeValidator, PlainSerializer, SkipValidation, WithJsonSchema

from ossim import catalog
from ossim.config.arm import Arm
from ossim.dosing import parse_regimen
from ossim.errors import InputError, unknown
from ossim.sections.base import FaultList
from ossim.strategies import Line


class Comparison(NamedTuple):
    """A published trial and the arm that imitates it; `key` is where it stands in the list or mapping."""

    trial: str
    arm: str | None
    key: str | int


def _read(value: Any) -> tuple[Comparison, ...]:
    """Return the trials of a list, or of a mapping trial -> arm, as far as they are known."""
    if isinstance(value, tuple):
        return value
    if not isinstance(value, (list, dict)):
        raise InputError("must be a list of trials, or a mapping trial -> arm")
    items = value.items() if isinstance(value, dict) else ((name, None) for name in value)
    faults, found = FaultList(), []
    for number, (name, arm) in enumerate(items):
        key = name if isinstance(value, dict) else number
        if not isinstance(name, str):
            faults.add((key,), "must be the name of a trial")
            continue
        trial = faults.attempt((key,), catalog.trial, name)
        if isinstance(value, dict) and not isinstance(arm, str):
            faults.add((key,), "must be the name of an arm")
        elif trial is not None:
            found.append(Comparison(trial.name, arm, key))
    faults.stop()
    return tuple(found)


if TYPE_CHECKING:
    Comparisons = tuple[Comparison, ...]
else:
    #: trials to compare with, as a list or as trial -> arm
    Comparisons = Annotated[
        SkipValidation[Any],
        BeforeValidator(_read),
        PlainSerializer(lambda found: {item.trial: item.arm for item in found}),
        WithJsonSchema(
            {
                "anyOf": [
                    {"type": "array", "items": {"type": "string"}},
                    {"type": "object", "additionalProperties": {"type": "string"}},
                ]
            }
        ),
    ]


def matched(wanted: tuple[Comparison, ...], arms: tuple[Arm, ...]) -> tuple[Comparison, ...]:
    """Return the comparisons with their arms.

    Raises
    ------
    InputError
        An unknown arm, no arm or several arms with the drugs of a trial.
    """
    lines = {arm.name: arm.lines for arm in arms}
    faults = FaultList()
    found = tuple(item._replace(arm=faults.attempt((item.key,), _arm, item, lines)) for item in wanted)
    faults.stop()
    return found


def _arm(item: Comparison, arms: Mapping[str, tuple[Line, ...]]) -> str:
    if item.arm is None:
        return _arm_with_drugs(catalog.trial(item.trial), arms)
    if item.arm not in arms:
        raise unknown("arm", item.arm, arms)
    return item.arm


def _arm_with_drugs(trial: catalog.Trial, arms: Mapping[str, tuple[Line, ...]]) -> str:
    drugs = frozenset(parse_regimen(text).drug for text in trial.regimen)
    fitting = [name for name, lines in arms.items() if frozenset(regimen.drug for regimen in lines[0]) == drugs]
    if len(fitting) == 1:
        return fitting[0]
    gives = " + ".join(sorted(drugs)) or "no drug"
    found = "no arm starts with that" if not fitting else f"arms {', '.join(fitting)} all start with that"
    raise InputError(f"'{trial.name}' gave {gives}; {found}: write compare_with as a mapping 'trial: arm'")
