"""What a trial in space needs beside its patients: checked parameters, grown lesions, a store of fields."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ...catalog import model_parameters
from ...cohort.sampling import Patients
from ...models.osteosarcoma_spatial import SHOWN, TUMOR
from ...numerics.fields.grid import Grid
from .. import provenance
from ..config_schema import SPATIAL_MODEL, SpaceSection, TrialConfig
from ..field_store import FieldStore
from ..parameter_values import bounded, parameter_value
from ..space import check_spacing
from .course import SpatialPlan
from .enrollment import grow_all, values_of
from .lesion import Lesion, first_grid

MOST_PATIENTS = 10_000
GROWTH = 0.6  # of the diameter at enrollment: how much larger a lesion may become before kept fields are cut
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


def spatial_plan(scenario: Any, patients: Patients, folder: Path | None) -> SpatialPlan:
    """Grow the lesions of a block of patients, and make the store of fields in a `folder`, if there is one."""
    section = scenario.space
    space = space_values(section)
    grown, failed = grow_all(patients, space, space["cell_spacing"])
    fields = field_store(scenario, patients, folder) if folder is not None and patients.first == 0 else None
    arms = {arm.name: number for number, arm in enumerate(scenario.arms)}

    def keep(arm: str, lesion: Lesion, number: int) -> None:
        if fields is not None:
            fields.put((arms[arm], number), lesion.shown(fields.grid.shape))
            fields.reached(lesion.problem.time)

    times = field_times(scenario) if fields is not None else np.zeros(0)
    return SpatialPlan(space, section, grown, failed, times, keep)


def field_times(scenario: Any) -> np.ndarray:
    """When fields are kept [day]."""
    every = scenario.space.fields_every
    return every * np.arange(int(scenario.visits.until / every + 1e-9) + 1)


def field_store(scenario: Any, patients: Patients, path: Path) -> FieldStore:
    """Make the store of the first lesion of the first patient, with room for it to grow."""
    section, space = scenario.space, space_values(scenario.space)
    size = values_of(patients, 0, 0)["lesion_diameter"]
    grid, _ = first_grid(size, space, section)
    if section.size is None and not section.barriers:
        sides = 1 if section.geometry == "radial" else 2
        extra = int(0.25 * GROWTH * size / grid.spacing) * sides
        grid = Grid(grid.geometry, tuple(count + extra for count in grid.shape), grid.spacing)
    labels = {name: {"units": unit, "long_name": long_name} for name, unit, long_name in SHOWN.values()}
    about = {
        "title": scenario.title or scenario.name,
        "model": SPATIAL_MODEL,
        "notice": provenance.NOTICE,
        **provenance.versions(),
        "tumor_variables": " ".join(SHOWN[symbol][0] for symbol in TUMOR),
        "tumor_level": space["outline_level"],
        "shown": "first lesion of the first patient of each arm",
    }
    leading = {"arm": np.array([arm.name for arm in scenario.arms])}
    return FieldStore(grid, leading, field_times(scenario), labels, about, path=path)
