"""Which arm imitates which published trial: by the drugs both give, or as the config says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ossim import catalog
from ossim.config.parts import Line
from ossim.dosing import parse_regimen
from ossim.errors import InputError, unknown

PLACE = ("compare_with",)


def match(wanted: Any, arms: Mapping[str, tuple[Line, ...]], faults: Any) -> tuple[tuple[str, str], ...]:
    """Return pairs (trial, arm) for a list of trials, or for a mapping trial -> arm.

    Faults go to `faults`: an unknown trial or arm, no arm or several arms with the drugs of the trial.
    """
    if wanted is None or not isinstance(wanted, (list, dict)):
        faults.add(PLACE, "must be a list of trials, or a mapping trial -> arm")
        return ()
    items: Iterable[tuple[Any, Any]] = wanted.items() if isinstance(wanted, dict) else enumerate(wanted)
    arms_known = bool(arms) and not faults.inside(("arms",))
    pairs = []
    for key, value in items:
        place = (*PLACE, key)
        name = key if isinstance(wanted, dict) else value
        if not isinstance(name, str):
            faults.add(place, "must be the name of a trial")
            continue
        trial = faults.attempt(place, lambda name=name: catalog.trial(name))
        if trial is None or not arms_known:
            continue
        if isinstance(wanted, dict):
            arm = faults.attempt(place, lambda value=value: _named_arm(value, arms))
        else:
            arm = _arm_for(trial, arms, place, faults)
        if arm is not None:
            pairs.append((trial.name, arm))
    return tuple(pairs)


def _named_arm(name: Any, arms: Mapping[str, Any]) -> str:
    if not isinstance(name, str):
        raise InputError("must be the name of an arm")
    if name not in arms:
        raise unknown("arm", name, arms)
    return name


def _arm_for(trial: Any, arms: Mapping[str, tuple[Line, ...]], place: Any, faults: Any) -> str | None:
    drugs = frozenset(parse_regimen(text).drug for text in trial.regimen)
    fitting = [name for name, lines in arms.items() if lines and _drugs(lines[0]) == drugs]
    if len(fitting) == 1:
        return fitting[0]
    gives = " + ".join(sorted(drugs)) or "no drug"
    found = "no arm starts with that" if not fitting else f"arms {', '.join(fitting)} all start with that"
    faults.add(place, f"'{trial.name}' gave {gives}; {found}: write compare_with as a mapping 'trial: arm'")
    return None


def _drugs(line: Line) -> frozenset[str]:
    return frozenset(regimen.drug for regimen in line)
