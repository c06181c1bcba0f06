"""What a trial in space may ask for: geometry, cohort, parameters of lesions, cells that resolve the front."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ossim.catalog import model_parameters
from ossim.config.grid import check_spacing
from ossim.config.parameter_values import bounded, parameter_value
from ossim.config.schema import SPATIAL_MODEL, SpaceSection, TrialConfig

MOST_PATIENTS = 10_000
GEOMETRIES = ("radial", "plane", "box")


def check_space(checked: TrialConfig, faults: Any) -> None:
    """Note what is wrong with the space of a trial."""
    _check_embolization(checked, faults)
    if checked.model != SPATIAL_MODEL:
        if checked.space is not None:
            faults.add(("space",), f"belongs to the model {SPATIAL_MODEL}; this one is {checked.model}")
        return
    section = checked.space or SpaceSection()
    if section.geometry not in GEOMETRIES:
        faults.add(("space", "geometry"), f"a lesion lives in one of {', '.join(GEOMETRIES)}, not '{section.geometry}'")
    if checked.cohort.size > MOST_PATIENTS:
        faults.add(("cohort", "size"), f"at most {MOST_PATIENTS:,} patients in space, not {checked.cohort.size:,}")
    known = model_parameters(SPATIAL_MODEL)
    for name, value in section.parameters.items():
        place = ("space", "parameters", name)
        faults.attempt(place, lambda name=name, value=value: parameter_value(known, name, value))
    faults.attempt(("space",), lambda: _check_width(section, known))


def _check_embolization(checked: TrialConfig, faults: Any) -> None:
    for name, arm in checked.arms.items():
        if arm.embolization is None:
            continue
        place = ("arms", name, "embolization")
        if checked.model != SPATIAL_MODEL:
            faults.add(place, f"belongs to the model {SPATIAL_MODEL}; this one is {checked.model}")
        elif arm.embolization.day >= checked.visits.until:
            day, until = arm.embolization.day, checked.visits.until
            faults.add((*place, "day"), f"day {day:g} is not within the follow-up of {until:g} days")


def _check_width(section: SpaceSection, known: Mapping[str, Any]) -> None:
    width = bounded(known["front_width"], section.parameters.get("front_width", known["front_width"].value))
    check_spacing(section.spacing or known["cell_spacing"].value, width)


def space_values(section: SpaceSection) -> dict[str, float]:
    """Parameters of the spatial model, those of the config in place of the catalogue's, with its spacing and step."""
    known = model_parameters(SPATIAL_MODEL)
    values = {name: item.value for name, item in known.items()}
    values |= {name: parameter_value(known, name, value) for name, value in section.parameters.items()}
    grid = {"cell_spacing": section.spacing, "time_step": section.step}
    return values | {name: value for name, value in grid.items() if value is not None}
