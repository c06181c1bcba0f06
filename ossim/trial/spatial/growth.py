"""A lesion in space at enrollment: grown from a small one until it has its diameter, at its own doubling time.

The growth rate of sparse cells is found so that the volume doubles as the patient's does; the diffusivity of cells
follows from it and the width of the front. The grown lesion has the necrosis, vessels and host border of one that got
that large untreated. Clones share the viable cells as the patient says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from scipy import ndimage

from ossim.errors import InputError
from ossim.model.patient.spatial import CELLS, FROM_PATIENT, FROM_SPACE, LENGTHS, PARAMETERS, SOLID, SYSTEM, room
from ossim.numerics.pde.evolve import Ended, advance, settle
from ossim.numerics.pde.grid import Grid
from ossim.numerics.pde.outline import ball, partly
from ossim.numerics.pde.problem import FieldProblem, bind

SMALL, LEAST, LARGE = 0.35, 12.0, 0.8  # growth begins at a part of the diameter, at least so many widths of the front
REACHED = 1e-4  # relative error of the diameter that is small enough
SETTLED = 0.005  # relative error of the doubling time that is small enough
MOST_TRIES = 25  # with the step of the lesion
FIRST_TRIES = 10  # with that of the search
SHRUNK = 0.7  # of the diameter where growth begins: a lesion that is smaller will not grow
STEPS_PER_DOUBLING = 40
SEARCH = 4.0  # [day] step while a growth rate is looked for, twice that of the lesion at most
GAIN = 2.0  # what cells grow faster at the first try than a front of this speed without hypoxia has them
LAST = 0.85  # of the diameter at enrollment: from where on the growth rate is read
MARGIN = 6.0  # widths of the front between lesion and boundary
LEAST_ROOM = 8.0  # [mm] least of that, several lengths over which transported fields even out


class Grown(NamedTuple):
    """A lesion at enrollment.

    Attributes
    ----------
    kernel : value of every kernel symbol
    radii : shape (n,) [mm], and `profiles`, field -> value there
    """

    kernel: Mapping[str, float]
    radii: np.ndarray
    profiles: Mapping[str, np.ndarray]


def kernel_values(patient: Mapping[str, float], space: Mapping[str, float]) -> dict[str, float]:
    """Kernel symbols of an untreated lesion but for what growth decides; see `grow`.

    Parameters
    ----------
    patient : parameters of the patient model
    space : parameters of the spatial model
    """
    values = dict.fromkeys(PARAMETERS, 0.0)
    values |= {symbol: float(patient[name]) for symbol, name in FROM_PATIENT.items()}
    values |= {symbol: float(space[name]) for symbol, name in FROM_SPACE.items()}
    values |= {symbol: values[symbol] ** 2 for symbol in LENGTHS}
    growth = np.log(2.0) / patient["doubling_time"]
    matrix = float(patient["matrix_fraction"])
    values |= {
        "g0": growth,
        "o1": 1.0 / (1.0 + values["kappa"]),
        "c0": 1.0 / (1.0 + values["eps"] * (values["lm"] + growth) / values["pmat"]),
        "xprod": matrix / (1.0 - matrix),
        "boost": 1.0,
        "d1": 1.0,
        "cyc1": 1.0,
    }
    return values


def grow(patient: Mapping[str, float], space: Mapping[str, float], size: float, spacing: float) -> Grown:
    """Grow a lesion of the diameter `size` [mm] whose volume doubles in the patient's doubling time.

    Raises
    ------
    InputError
        No growth rate gives this doubling time.
    """
    values = kernel_values(patient, space)
    width, doubling = space["front_width"], patient["doubling_time"]
    speed = size * np.log(2.0) / (6.0 * doubling)
    guess = GAIN * speed / (2.0 * width) + values["delta"]
    fine = doubling / STEPS_PER_DOUBLING
    coarse = min(2.0 * fine, max(fine, SEARCH))

    def found(start: float, step: float, most: int) -> FieldProblem | None:
        """Look for the growth rate from `start` on, which `values` then hold."""
        rate, tried = start, []
        for _ in range(most):
            values.update({"lam": rate, "D": rate * width**2})
            problem, growth = _grown(values, space, size, spacing, step, 12.0 * doubling)
            if abs(growth * doubling / np.log(2.0) - 1.0) < SETTLED:
                return problem
            tried.append((np.log(rate), growth))
            rate = _next(tried, np.log(2.0) / doubling)
            if not 0.0 < rate < np.inf:
                break
        return None

    near = values["lam"] if coarse > fine and found(guess, coarse, FIRST_TRIES) is not None else guess
    # near the rate at which a lesion dies out long steps may lead astray
    for start in dict.fromkeys((near, guess)):
        problem = found(start, fine, MOST_TRIES)
        if problem is not None:
            return _at_enrollment(problem, values)
    raise InputError(f"no growth rate gives a lesion of {size:.3g} mm a doubling time of {doubling:.3g} days in space")


def _next(tried: list[tuple[float, float]], target: float) -> float:
    """Next growth rate to try: by the secant of the last two, in its logarithm, inside what is known to hold it.

    A lesion that dies out grows at 0, whatever its rate; there the secant says nothing and the bracket is halved.
    """
    low = max((place for place, found in tried if found < target), default=-np.inf)
    high = min((place for place, found in tried if found > target), default=np.inf)
    place, found = tried[-1]
    guess = place + (1.0 if found < target else -1.0)
    if len(tried) > 1 and found > 0.0 and tried[-2][1] > 0.0 and found != tried[-2][1]:
        guess = place + (target - found) * (place - tried[-2][0]) / (found - tried[-2][1])
    elif found > 0.0:
        guess = place + np.clip((target - found) / found, -1.0, 1.0)
    if not low < guess < high:
        guess = 0.5 * (low + high)
    return float(np.exp(guess))


def _grown(
    values: Mapping[str, float], space: Mapping[str, float], size: float, spacing: float, step: float, longest: float
) -> tuple[FieldProblem, float]:
    """Grow to the diameter, in `longest` days at most; return the problem there and its growth rate [1/day]."""
    count = int(np.ceil((0.5 * size + margin(space)) / spacing))
    grid = Grid("radial", (count,), spacing)
    width = space["front_width"]
    seed = min(max(SMALL * size, LEAST * width), LARGE * size)
    edge = 1.0 / (1.0 + np.exp((grid.centers(0) - 0.5 * seed) / width))
    dense = 1.0 - values["xprod"] / (1.0 + values["xprod"])
    start = {"s": 0.6 * dense * edge, "x": 0.6 * (1.0 - dense) * edge, "km": 0.6 * edge, "ki": 0.4 * edge}
    problem = bind(SYSTEM, grid, values, start | {"h": 1.0 - edge})
    history = [(0.0, _diameter(problem, space))]
    while history[-1][1] < size * (1.0 - REACHED) and problem.time < longest:
        gain = (history[-1][1] - history[-2][1]) / (history[-1][0] - history[-2][0]) if len(history) > 1 else 0.0
        missing = size - history[-1][1]
        # most of the rest, so that growth that quickens does not lead beyond
        dt = 0.9 * missing / gain if gain > 0.0 and missing < gain * step else step
        stop = problem.time + max(dt, 1e-3 * step)
        if advance(problem, stop, step, watch_rest=False).ended is not Ended.ok:
            return problem, 0.0
        history.append((problem.time, _diameter(problem, space)))
        if history[-1][1] < SHRUNK * history[0][1]:
            return problem, 0.0
    if history[-1][1] < size * (1.0 - 1e-3):
        return problem, 0.0
    times, sizes = np.array([row for row in history if row[1] >= LAST * size]).T
    slope = np.polyfit(times - times[-1], np.log(sizes), 2)[1] if times.size > 4 else 0.0
    return problem, 3.0 * float(slope)


def _at_enrollment(problem: FieldProblem, values: dict[str, float]) -> Grown:
    """Read the profiles, and what the drugs' effects are relative to at enrollment."""
    grid = problem.grid
    found = {name: problem.field(name).copy() for name in SYSTEM.all_fields}
    viable = found["s"]
    total = grid.integral(viable)
    free = room(*(found[name] for name in (*SOLID, "ki", "km")), values["vv"])
    values |= {
        "d1": grid.integral(viable * found["d"]) / total,
        "cyc1": grid.integral(viable * found["o"] * free) / total,
    }
    return Grown(dict(values), grid.centers(0), found)


def placed(
    grown: Grown, grid: Grid, permeability: np.ndarray | float, patient: Mapping[str, float], tolerance: float
) -> FieldProblem:
    """Return a grown lesion around the middle of a grid, with its clones; none of it behind a barrier.

    Parameters
    ----------
    patient : holds `tki_resistant_fraction` of the lesion and `chemo_resistant_fraction`
    tolerance : of transported fields, see `bind`
    """
    profiles = {name: np.interp(grid.radius, grown.radii, grown.profiles[name]) for name in (*SOLID, "ki", "km", "h")}
    if grid.mask is not None:
        away = ~_around_the_middle(grid)
        for name in SOLID:
            profiles[name][away] = 0.0
    viable = profiles["s"]
    resistant = float(patient["tki_resistant_fraction"]) * viable
    tolerant = float(patient["chemo_resistant_fraction"]) * (viable - resistant)
    profiles |= dict(zip(CELLS, (viable - resistant - tolerant, resistant, tolerant), strict=True))
    problem = bind(SYSTEM, grid, grown.kernel, profiles, permeability, tolerance)
    settle(problem)
    return problem


def _around_the_middle(grid: Grid) -> np.ndarray:
    """Tissue that is connected with the tissue nearest to the origin, shape of the grid.

    Raises
    ------
    InputError
        A barrier covers the middle, where the lesion lies.
    """
    parts, _ = ndimage.label(grid.mask)
    first = np.unravel_index(np.argmin(grid.radius), grid.shape)
    if not grid.mask[first]:
        raise InputError("barriers: one covers the middle of the grid, where the lesion lies")
    return parts == parts[first]


def margin(space: Mapping[str, float]) -> float:
    """Distance that is kept between tumor and boundary [mm]."""
    return max(MARGIN * space["front_width"], LEAST_ROOM)


def lesion_tissue(problem: FieldProblem) -> np.ndarray:
    """Share of tissue that is not host: cells, necrosis, matrix and what they left empty, shape of the grid."""
    found = 1.0 - problem.field("h")
    return found if problem.grid.mask is None else np.where(problem.grid.mask, found, 0.0)


def outlined(problem: FieldProblem, space: Mapping[str, float]) -> np.ndarray:
    """Part of each cell that a scan counts as lesion, 0 to 1, shape of the grid."""
    return partly(lesion_tissue(problem), space["outline_level"], space["outline_range"])


def _diameter(problem: FieldProblem, space: Mapping[str, float]) -> float:
    return ball(problem.grid, problem.grid.integral(outlined(problem, space)))
