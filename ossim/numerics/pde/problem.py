"""A system of fields bound to a grid: memory, links, solvers, and the fields at the start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ossim.errors import InputError
from ossim.numerics.codegen.system import argument_names, output_names
from ossim.numerics.pde.boundary import exchange
from ossim.numerics.pde.elliptic import ROUNDED, Elliptic
from ossim.numerics.pde.grid import Grid, staggered
from ossim.numerics.pde.implicit import ImplicitSteps
from ossim.numerics.pde.motion import Motion
from ossim.numerics.pde.reaction import Local, Reaction
from ossim.numerics.pde.rkl2 import Links, links
from ossim.numerics.pde.spectral_uptake import SpectralUptake
from ossim.numerics.pde.store import Store
from ossim.numerics.pde.system import FieldSystem, Transported
from ossim.numerics.pde.totals import VOLUME, Totals, integrate

COORDINATES = ("r", "x", "y", "z", "tissue")
SCRATCH = ("mobility", "potential")
PRECONDITIONER = np.float32  # half the memory traffic of float64 for the same iterations; results are as exact


@dataclass
class QuasiSteadyField:
    """A transported field with its solver and what it was at the last two steps.

    Attributes
    ----------
    uptake, supply : views of fields of the store, the ones that `into` names, which fields at rest share
    edge : what each cell exchanges with the boundary [1/day], and `value`, what the field is there
    """

    declared: Transported
    local: Local
    solver: Elliptic
    steps: ImplicitSteps | SpectralUptake
    edge: np.ndarray
    value: float
    now: np.ndarray
    before: np.ndarray
    uptake: np.ndarray
    supply: np.ndarray

    @property
    def into(self) -> tuple[str, str]:
        """Where the store keeps uptake and supply."""
        return _ours(self.declared)


@dataclass
class FieldProblem:
    """Fields on a grid at a time, ready to be advanced.

    Attributes
    ----------
    parameters : values in the order of the system; may be changed between steps
    motions : parameter of diffusivity -> its motion; `moving`: field -> that parameter
    last_step : length of the step before [day], 0 at the start and after a jump
    tolerance : of the solvers of transported fields, relative, as bound
    """

    system: FieldSystem
    grid: Grid
    parameters: np.ndarray
    store: Store
    reaction: Reaction | None
    motions: Mapping[str, Motion]
    moving: Mapping[str, str]
    mobility: Local | None
    drifts: tuple[tuple[str, Local], ...]
    totals: Totals | None
    carried: tuple[QuasiSteadyField, ...]
    unit: Links
    work: tuple[np.ndarray, ...]
    time: float = 0.0
    last_step: float = 0.0
    tolerance: float = 1e-8
    mobility_before: np.ndarray = field(default_factory=lambda: np.zeros(0))

    @property
    def outside(self) -> np.ndarray | None:
        """Cells outside tissue, shape `full_shape`; None where there are none."""
        return None if self.grid.mask is None else ~self.grid.mask.reshape(self.grid.full_shape)

    @property
    def evolving(self) -> np.ndarray:
        """All evolving fields with their padding, a flat view."""
        return self.store.flat(self.system.fields) if self.system.fields else self.store.block[:0]

    def integrals(self) -> dict[str, float]:
        """Integral over the tissue of each of the `totals` of the system, for fields as they are now."""
        return integrate(self.totals, self.store, self.parameters)

    def field(self, name: str) -> np.ndarray:
        """A field as it is now, shape of the grid, a view."""
        for item in self.carried:
            if item.declared.name == name:
                return item.now.reshape(self.grid.shape)
        return self.store[name].reshape(self.grid.shape)


def bind(
    system: FieldSystem,
    grid: Grid,
    parameters: Mapping[str, float],
    initial: Mapping[str, np.ndarray | float] | None = None,
    permeability: np.ndarray | float = 1.0,
    tolerance: float = 1e-8,
    order: int = 2,
) -> FieldProblem:
    """Bind a system to a grid and set its fields at time 0.

    Parameters
    ----------
    parameters : value of each parameter
    initial : field -> number or array of the shape of the grid, in place of what the system starts with
    permeability : factor of every diffusivity, a number or one per cell
    tolerance : of the solvers of transported fields, relative; from `elliptic.ROUNDED` on they are in single precision
    order : of the reaction in time, 2 or 3; the split stays of order 2

    Raises
    ------
    InputError
        A diffusivity is negative, an initial field does not fit the grid, is negative or no number.
    """
    names, moved, placed = system.all_fields, tuple(item.name for item in system.transported), _placed(system)
    balances = dict.fromkeys(label for item in system.transported for label in _ours(item))
    measure = () if system.totals is None else (VOLUME,)
    store = Store(grid, (*names, *SCRATCH, *balances, *placed, *measure))
    for name in measure:
        store[name][...] = grid.volumes.reshape(grid.full_shape)
    where = coordinates(grid) if placed else {}
    for name in placed:
        store[name][...] = where[name]
    values = np.array([float(parameters[name]) for name in system.parameters])

    def local(label: str, function, given=names) -> Local:
        return Local(f"{system.name}_{label}", (*given, *placed), system.parameters, function)

    def spread(name: str) -> np.ndarray:
        value = float(parameters[name])
        if not value >= 0.0:
            raise InputError(f"{name}: a diffusivity must be 0 or more, is {value:g}")
        return value * np.broadcast_to(permeability, grid.shape)

    reaction = None
    if system.rates is not None:
        reaction = Reaction(system.name, system.fields, system.parameters, system.rates, (*moved, *placed), order)
    motions = {name: Motion(grid, spread(name)) for name in dict.fromkeys(system.diffusivity.values())}
    mobility = local("mobility", system.mobility, system.fields) if system.mobility else None
    carried, arithmetic = [], np.float32 if tolerance >= ROUNDED else np.float64
    for number, item in enumerate(system.transported):
        diffusivity = spread(item.diffusivity)
        edge = np.zeros(grid.full_shape) if item.boundary is None else exchange(grid, diffusivity)
        value = 0.0 if item.boundary is None else float(parameters[item.boundary])
        known = moved[: number if item.at_rest else number + 1]
        balance = local(item.name, item.balance, (*system.fields, *known))
        arrays = (*staggered(2, grid.full_shape), *(store[label] for label in _ours(item)))
        beside = carried[-1].solver if carried else None
        solver = Elliptic(grid, diffusivity, PRECONDITIONER, arithmetic=arithmetic, beside=beside)
        implicit = ImplicitSteps(solver)
        even = grid.geometry == "cartesian" and grid.mask is None and np.ptp(diffusivity) == 0.0
        spectral = even and item.boundary is None
        steps = SpectralUptake(grid, float(diffusivity.flat[0]), implicit) if spectral else implicit
        carried.append(QuasiSteadyField(item, balance, solver, steps, edge, value, *arrays))
    totals = None
    if system.totals is not None:
        totals = Totals(system.name, (*names, *placed), system.parameters, system.totals)
    problem = FieldProblem(
        system=system,
        grid=grid,
        parameters=values,
        store=store,
        reaction=reaction,
        motions=motions,
        moving=system.diffusivity,
        mobility=mobility,
        drifts=tuple((item.field, local(f"{item.field}_potential", item.potential)) for item in system.drifts),
        totals=totals,
        carried=tuple(carried),
        unit=links(grid, 1.0),
        work=staggered(2, grid.full_shape),
        tolerance=tolerance,
        mobility_before=np.zeros(grid.full_shape),
    )
    _start(problem, dict(initial or {}))
    return problem


def _start(problem: FieldProblem, initial: dict[str, np.ndarray | float]) -> None:
    """Set the fields: those given, else what the system starts with, else 0; 0 outside tissue."""
    system, grid, store = problem.system, problem.grid, problem.store
    if unknown := [name for name in initial if name not in system.all_fields]:
        raise InputError(f"initial {unknown[0]}: there is no such field")
    if system.start is not None:
        initial = _started(problem) | initial
    carried = {item.declared.name: item.now for item in problem.carried}
    for name, value in initial.items():
        found = np.asarray(value, float)
        if found.ndim and found.shape != grid.shape:
            raise InputError(f"initial {name}: has shape {found.shape}, the grid {grid.shape}")
        if not np.all(np.isfinite(found)) or found.min() < 0:
            raise InputError(f"initial {name}: must be 0 or more everywhere")
        whole = np.broadcast_to(found, grid.shape)
        inside = whole if grid.mask is None else np.where(grid.mask, whole, 0.0)
        store[name][...] = inside.reshape(grid.full_shape)
        if name in carried:
            carried[name][...] = store[name]


def _started(problem: FieldProblem) -> dict[str, np.ndarray | float]:
    """Return what the system starts with; its function is evaluated once, by NumPy."""
    system, grid = problem.system, problem.grid
    known = dict(zip(system.parameters, problem.parameters, strict=True))
    known |= {name: values.reshape(grid.shape) for name, values in coordinates(grid).items()}
    arguments = argument_names(system.start)
    if unknown := [name for name in arguments if name not in known]:
        raise ValueError(f"{system.name}: the start asks for '{unknown[0]}', which is no coordinate or parameter")
    found, names = system.start(**{name: known[name] for name in arguments}), output_names(system.start)
    return dict(zip(names, found if len(names) > 1 else (found,), strict=True))


def _ours(item: Transported) -> tuple[str, str]:
    """Names of the uptake and the supply of a transported field in the store; those at rest need them in turn only."""
    return ("uptake", "supply") if item.at_rest else (f"uptake of {item.name}", f"supply of {item.name}")


def _placed(system: FieldSystem) -> tuple[str, ...]:
    """Return the coordinates that functions ask for; a field or parameter of that name goes before."""
    later = (function for function in system.functions if function is not system.start)
    asked = {name for function in later for name in argument_names(function)}
    return tuple(name for name in COORDINATES if name in asked - {*system.all_fields, *system.parameters})


def coordinates(grid: Grid) -> dict[str, np.ndarray]:
    """Return r, x, y, z of the cell centers [mm] and `tissue`, 1 or 0, each of shape `full_shape`."""
    found = {name: np.zeros(grid.full_shape) for name in COORDINATES}
    found["r"][...] = grid.radius.reshape(grid.full_shape)
    for axis, name in enumerate(grid.axes):
        if name != "r":
            shape = [1, 1, 1]
            shape[3 - len(grid.shape) + axis] = -1
            found[name][...] = grid.centers(axis).reshape(shape)
    found["tissue"][...] = 1.0 if grid.mask is None else grid.mask.reshape(grid.full_shape)
    return found
