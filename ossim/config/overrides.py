"""Changes single values of a config by dotted path: ``cohort.size``, ``arms.a.dose``, a parameter name."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ossim.dosing import parse_dose, parse_regimen, regimen_text
from ossim.errors import InputError, unknown
from ossim.sections.base import Location


def apply(
    data: Mapping[str, Any], overrides: Mapping[str, Any], keys: tuple[str, ...], bare_names: Location
) -> dict[str, Any]:
    """Return a copy of plain config values with every override set.

    Parameters
    ----------
    keys : the keys of such a config
    bare_names : where a bare name belongs that is none of them: a parameter of the model

    Raises
    ------
    InputError
        A path leads nowhere. Whether the result is a valid config is seen when it is read.
    """
    out = copy.deepcopy(dict(data))
    for path, value in overrides.items():
        _set(out, path, split(path, keys, bare_names), value)
    return out


def split(path: str, keys: tuple[str, ...], bare_names: Location) -> tuple[str, ...]:
    """Return the keys of a dotted path; a bare name that is no key of a config is a model parameter."""
    steps = tuple(path.split("."))
    if not all(steps):
        raise InputError(f"'{path}' is no path; write for example cohort.size or arms.NAME.dose")
    return (*map(str, bare_names), *steps) if len(steps) == 1 and steps[0] not in keys else steps


def _set(data: dict[str, Any], path: str, steps: tuple[str, ...], value: Any) -> None:
    if steps[0] == "arms" and len(steps) > 1 and steps[1] not in data.get("arms", {}):
        raise unknown("arm", steps[1], data.get("arms", {}))
    if steps[0] == "arms" and len(steps) == 3 and steps[2] == "dose":
        _set_dose(data["arms"][steps[1]], steps[1], value)
        return
    place: Any = data
    for step in steps[:-1]:
        place = _enter(place, step, path)
    if isinstance(place, list):
        place[_index(place, steps[-1], path)] = value
    elif isinstance(place, dict):
        place[steps[-1]] = value
    else:
        raise InputError(f"'{path}' leads nowhere: '{steps[-2]}' has no parts")


def _enter(place: Any, step: str, path: str) -> Any:
    if isinstance(place, list):
        return place[_index(place, step, path)]
    if not isinstance(place, dict):
        raise InputError(f"'{path}' leads nowhere: nothing called '{step}' to enter")
    return place.setdefault(step, {})


def _index(place: list[Any], step: str, path: str) -> int:
    if not step.isdecimal() or int(step) >= len(place):
        raise InputError(f"'{path}' leads nowhere: '{step}' must be a number from 0 to {len(place) - 1}")
    return int(step)


def _set_dose(arm: dict[str, Any], name: str, dose: Any) -> None:
    regimen = arm.get("regimen")
    if isinstance(regimen, list) and len(regimen) == 1:
        regimen = regimen[0]
    if not isinstance(regimen, str) or regimen.strip().lower() == "none":
        raise InputError(f"arm '{name}' has no single regimen whose dose could be set; set arms.{name}.regimen")
    arm["regimen"] = regimen_text(with_dose(parse_regimen(regimen), dose))


def with_dose(regimen: Any, dose: Any) -> Any:
    """Return the regimen with another dose, given as text such as ``200 mg``."""
    if not isinstance(dose, str):
        raise InputError(f"a dose needs a unit, for example '{dose} mg'")
    amount, basis = parse_dose(dose)
    return replace(regimen, dose=float(amount), basis=basis)
