"""What a trial in space may ask for: geometry, cohort, parameters of lesions, cells that resolve the front."""

from __future__ import annotations

from ossim.catalog import model_parameters
from ossim.config.arm import Arms
from ossim.config.cohort import Cohort
from ossim.config.grid import check_spacing
from ossim.config.space import Space
from ossim.config.visits import Visits
from ossim.model import SPATIAL
from ossim.sections.base import FaultList

MOST_PATIENTS = 10_000
GEOMETRIES = ("radial", "plane", "box")


def check_space(model: str, space: Space | None, cohort: Cohort, arms: Arms, visits: Visits, faults: FaultList) -> None:
    """Note what is wrong with the space of a trial."""
    _check_embolization(model, arms, visits.until, faults)
    if model != SPATIAL:
        if space is not None:
            faults.add(("space",), f"belongs to the model {SPATIAL}; this one is {model}")
        return
    space, size = space or Space(), cohort.size
    if space.geometry not in GEOMETRIES:
        faults.add(("space", "geometry"), f"a lesion lives in one of {', '.join(GEOMETRIES)}, not '{space.geometry}'")
    if size > MOST_PATIENTS:
        faults.add(("cohort", "size"), f"at most {MOST_PATIENTS:,} patients in space, not {size:,}")
    values = space_values(space)
    faults.attempt(("space",), check_spacing, values["cell_spacing"], values["front_width"])


def _check_embolization(model: str, arms: Arms, until: float, faults: FaultList) -> None:
    for arm in arms:
        if arm.embolization is None:
            continue
        place = ("arms", arm.name, "embolization")
        if model != SPATIAL:
            faults.add(place, f"belongs to the model {SPATIAL}; this one is {model}")
        elif arm.embolization.day >= until:
            faults.add((*place, "day"), f"day {arm.embolization.day:g} is not within the follow-up of {until:g} days")


def space_values(space: Space) -> dict[str, float]:
    """Parameters of the spatial model, those of the config in place of the catalogue's, with its spacing and step."""
    values = {name: item.value for name, item in model_parameters(SPATIAL).items()} | dict(space.parameters)
    grid = {"cell_spacing": space.spacing, "time_step": space.step}
    return values | {name: value for name, value in grid.items() if value is not None}
