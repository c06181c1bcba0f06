"""One lesion of a patient in space under treatment: advanced with what drugs do, read off, given room as it grows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ossim.config.grid import make_grid
from ossim.config.space import Space
from ossim.model.patient.spatial import CELLS, SHOWN, SOLID, SYSTEM
from ossim.numerics.pde.evolve import Ended, advance, settle
from ossim.numerics.pde.grid import Grid
from ossim.numerics.pde.outline import ball, touches
from ossim.numerics.pde.problem import FieldProblem, bind
from ossim.trial.spatial.growth import Grown, lesion_tissue, margin, outlined, placed

BOUNDARY_SHARE = 0.005  # share of lesion near the boundary at which the grid is made larger
TOLERANCE = 1e-4  # of oxygen, VEGF, pressure and drug: moves readings by 5e-6 where steps of 2 days move them by 1e-3
CLOSE = 0.5  # of the margin: how near
VEGF_JUMP = 0.1  # of the inhibition of VEGFR from one half step to the next, to which VEGF is brought at once


@dataclass(frozen=True)
class Reading:
    """What is read off a lesion after every step.

    Attributes
    ----------
    diameter [mm], volume [mm^3] : of the tissue that a scan shows
    clones : content of the three clones, share of that volume; `matrix` likewise
    oxygen : mean over viable cells
    vessels : immature and mature, means over viable cells
    """

    diameter: float
    volume: float
    clones: np.ndarray
    matrix: float
    oxygen: float
    vessels: np.ndarray


class Findings(NamedTuple):
    """What is read off a lesion at visits.

    Attributes
    ----------
    rim : width of the viable border [mm]
    hypoxic : share of viable cells below the level of hypoxia
    delivery, pressure : means over viable cells; delivery relative to plasma
    necrotic : share of necrosis
    """

    rim: float
    hypoxic: float
    delivery: float
    pressure: float
    necrotic: float


def first_grid(size: float, space: Mapping[str, float], section: Space) -> tuple[Grid, np.ndarray | float]:
    """Return the grid of a lesion of the diameter `size` [mm] at enrollment, and the permeability of its cells."""
    extent = 0.5 * size + margin(space) if section.geometry == "radial" else size + 2.0 * margin(space)
    return make_grid(section, extent, space["cell_spacing"])


class Lesion:
    """A lesion on its own grid.

    Parameters
    ----------
    grown : the lesion at enrollment
    patient, space : parameters of the patient and of the spatial model
    section : `space` of the config; where it gives no size the grid grows with the lesion
    """

    def __init__(
        self,
        grown: Grown,
        size: float,
        patient: Mapping[str, float],
        space: Mapping[str, float],
        section: Space,
    ):
        self.space, self.kernel = space, dict(grown.kernel)
        self.problem = placed(grown, *first_grid(size, space, section), patient, TOLERANCE)
        self.step = space["time_step"]
        self.columns = {name: SYSTEM.parameters.index(name) for name in SYSTEM.parameters}
        self.ended = Ended.ok
        self.grows = section.size is None and not section.barriers and not section.regions

    def advance(self, stop: float, drives: Mapping[str, np.ndarray]) -> None:
        """Advance to day `stop`, in one step or more.

        Parameters
        ----------
        drives : kernel symbol -> two values, of the first and of the second half of the time until then
        """
        problem, start = self.problem, self.problem.time
        middle = 0.5 * (start + stop)

        def drive(found: FieldProblem, begin: float, end: float) -> None:
            half = int(0.5 * (begin + end) >= middle)
            for name, values in drives.items():
                found.parameters[self.columns[name]] = values[half]

        inhibition = self.columns["I"]
        if abs(drives["I"][0] - problem.parameters[inhibition]) > VEGF_JUMP:
            # in a step VEGF goes on as it did before, which is late by a step where a drug begins: a new start
            problem.parameters[inhibition] = drives["I"][0]
            problem.last_step = 0.0
        self.ended = advance(problem, stop, self.step, drive, watch_rest=False).ended
        if self.grows and self._is_close():
            self._make_room()

    def touches(self) -> bool:
        """Whether the lesion reaches the boundary of its grid."""
        return touches(self.problem.grid, lesion_tissue(self.problem), self.space["outline_level"])

    def _is_close(self) -> bool:
        """Whether the border of the lesion comes near the boundary of the grid."""
        found = lesion_tissue(self.problem) > BOUNDARY_SHARE
        cells = max(int(CLOSE * margin(self.space) / self.problem.grid.spacing), 1)
        if self.problem.grid.geometry == "radial":
            return bool(found[-cells:].any())
        return any(
            bool(np.take(found, edge, axis).any())
            for axis in range(found.ndim)
            for edge in (np.arange(cells), np.arange(-cells, 0))
        )

    def _make_room(self) -> None:
        """Put the lesion on a grid with a margin more on every side; what is there now is host tissue."""
        old, extra = self.problem, int(np.ceil(margin(self.space) / self.problem.grid.spacing))
        before = 0 if old.grid.geometry == "radial" else extra
        shape = tuple(count + before + extra for count in old.grid.shape)
        inner = tuple(slice(before, before + count) for count in old.grid.shape)
        grid, fields = Grid(old.grid.geometry, shape, old.grid.spacing), {}
        for name in SYSTEM.all_fields:
            # what is padded on is host tissue, even where single cells have already come
            corner = 0.0 if name in SOLID else old.field(name)[(-1,) * len(shape)]
            fields[name] = np.full(shape, corner)
            fields[name][inner] = old.field(name)
        self.problem = bind(SYSTEM, grid, self.kernel, fields, tolerance=TOLERANCE)
        self.problem.time = old.time
        self.problem.parameters[:] = old.parameters

    def remove(self, clone: str) -> None:
        """Take a clone out: less than a cell of it is left."""
        self.problem.store[clone][...] = 0.0

    def embolize(self, fraction: float) -> None:
        """Take this share of the vessels the lesion made, and of host tissue inside its outline, away at once."""
        self.problem.field("h")[...] *= 1.0 - fraction * outlined(self.problem, self.space)
        for name in ("ki", "km"):
            self.problem.field(name)[...] *= 1.0 - fraction
        self.ended = settle(self.problem)

    def read(self) -> Reading:
        """Read off what the patient is advanced with."""
        found = self.problem.integrals()
        size, viable = ball(self.problem.grid, found["outlined"]), max(found["viable"], np.finfo(float).tiny)
        per_volume = 1.0 / found["outlined"] if found["outlined"] > 0.0 else 0.0
        return Reading(
            diameter=size,
            volume=np.pi / 6.0 * size**3,
            clones=np.array([found[name] for name in CELLS]) * per_volume,
            matrix=found["x"] * per_volume,
            oxygen=found["breathed"] / viable,
            vessels=np.array([found["immature"], found["mature"]]) / viable,
        )

    def look(self) -> Findings:
        """Read off what visits show."""
        problem, grid, space = self.problem, self.problem.grid, self.space
        covered, viable, mean = outlined(problem, space), self._viable(), self._over_viable_cells()
        inside = grid.integral(covered)
        core = grid.integral(np.where(viable < space["viable_level"], covered, 0.0))
        return Findings(
            rim=0.5 * (ball(grid, inside) - ball(grid, core)),
            hypoxic=mean((problem.field("o") < space["hypoxia_level"]).astype(float)),
            delivery=mean(problem.field("d")),
            pressure=mean(problem.field("p")),
            necrotic=grid.integral(problem.field("n")) / inside if inside > 0.0 else 0.0,
        )

    def _viable(self) -> np.ndarray:
        return sum(self.problem.field(name) for name in CELLS)

    def _over_viable_cells(self) -> Callable[[np.ndarray], float]:
        """Return a function that gives the mean of a field over viable cells, 0 where there are none."""
        grid, viable = self.problem.grid, self._viable()
        weight = viable if grid.geometry != "radial" else viable * grid.volumes
        total = max(float(weight.sum()), np.finfo(float).tiny)
        return lambda field: float(np.einsum("i,i", weight.ravel(), field.ravel())) / total  # BLAS would start threads

    def shown(self, shape: tuple[int, ...]) -> dict[str, np.ndarray]:
        """Fields by the names that users see, cut to a grid of this `shape` or filled with host, same middle."""
        problem = self.problem
        fields = {"lesion": lesion_tissue(problem), "viable": self._viable()}
        fields |= {name: problem.field(name) for name in SHOWN if name not in fields}
        return {SHOWN[name][0]: _fitted(values, shape, problem.grid) for name, values in fields.items()}


def _fitted(values: np.ndarray, shape: tuple[int, ...], grid: Grid) -> np.ndarray:
    """Cut the outermost cells away, or repeat them; grids of one lesion grow by as many cells on both sides."""
    sides = 1 if grid.geometry == "radial" else 2
    excess = [(have - want) // sides for have, want in zip(values.shape, shape, strict=True)]
    before = [more if sides == 2 else 0 for more in excess]
    starts = [max(more, 0) for more in before]
    cut = tuple(slice(start, start + want) for start, want in zip(starts, shape, strict=True))
    missing = [(max(-first, 0), max(-more, 0)) for first, more in zip(before, excess, strict=True)]
    return np.pad(values[cut], missing, mode="edge")
