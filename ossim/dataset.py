"""What a trial Dataset holds: every variable with its dimensions, units, meaning and flags.

The simulation writes these names, the endpoints and figures read them. Not-there is NaN in a float variable, the
flag 0 (`not_evaluable`) in `response` and -1 in `line_at_visit` and `dose_drug`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from ossim.errors import InputError, unknown

if TYPE_CHECKING:
    import xarray as xr

DAYS_PER_MONTH = 30.44


class Response(IntEnum):
    """Response of a tumor at one visit, or the best one of a treatment line."""

    not_evaluable = 0
    CR = 1
    PR = 2
    SD = 3
    PD = 4


class Status(IntEnum):
    """How the integration of one patient ended."""

    ok = 0
    max_steps = 1
    non_finite = 2
    negative = 3
    step_too_small = 4
    bad_parameter = 5
    not_conserved = 6
    not_converged = 7
    wall_clock = 8
    touches_boundary = 9


@dataclass(frozen=True)
class Variable:
    """One variable or coordinate of a trial Dataset.

    A `spatial` one is there only where tumors live in space, one `by_criterion` only where the response criterion
    measures something else than the sum of diameters, in the unit of the criterion.
    """

    name: str
    dims: tuple[str, ...]
    units: str
    long_name: str
    flags: type[IntEnum] | None = None
    optional: bool = False
    whole: bool = False
    spatial: bool = False
    by_criterion: bool = False

    @property
    def is_int8(self) -> bool:
        """Whether it holds flags or other small whole numbers, in one byte each."""
        return self.whole or self.flags is not None

    @property
    def flag_values(self) -> tuple[int, ...]:
        """The integers a flag variable may hold; empty for every other variable."""
        return tuple(int(flag) for flag in self.flags) if self.flags else ()

    @property
    def flag_meanings(self) -> tuple[str, ...]:
        """The meaning of each of `flag_values`, in the same order."""
        return tuple(flag.name for flag in self.flags) if self.flags else ()


_PATIENT = ("arm", "patient")
_VISIT = ("arm", "patient", "visit")
_LINE = ("arm", "patient", "line")
_TRACKED = ("arm", "tracked", "time")

COORDINATES = (
    Variable("arm", ("arm",), "1", "treatment arm"),
    Variable("patient", ("patient",), "1", "virtual patient"),
    Variable("visit", ("visit",), "1", "visit number, 0 is baseline"),
    Variable("lesion", ("lesion",), "1", "target lesion"),
    Variable("line", ("line",), "1", "treatment line, 0 is the first"),
    Variable("drug", ("drug",), "1", "drug"),
    Variable("time", ("time",), "day", "time since enrollment"),
    Variable("tracked", ("tracked",), "1", "virtual patient whose trajectory is kept"),
    Variable("dose", ("dose",), "1", "entry of the nominal dose calendar"),
)

VARIABLES = (
    Variable("planned_visit_time", ("visit",), "day", "planned time of the visit since enrollment", optional=True),
    Variable("visit_time", _VISIT, "day", "time of the visit since enrollment, on treatment only"),
    Variable("tumor_diameter", (*_VISIT, "lesion"), "mm", "measured diameter of a target lesion"),
    Variable("sum_of_diameters", _VISIT, "mm", "measured sum of diameters"),
    Variable("burden", _VISIT, "mm^2", "measured size by the criterion", optional=True, by_criterion=True),
    Variable("true_sum_of_diameters", _VISIT, "mm", "sum of diameters without measurement error"),
    Variable("new_lesion", _VISIT, "1", "whether a new lesion is visible at the visit", whole=True),
    Variable("line_at_visit", _VISIT, "1", "treatment line assessed at the visit, -1 off treatment", whole=True),
    Variable("response", _VISIT, "1", "response at the visit", Response),
    Variable("tumor_volume", _VISIT, "mm^3", "tumor volume, all target lesions"),
    Variable("viable_volume", _VISIT, "mm^3", "volume of viable cells, all target lesions"),
    Variable("resistant_fraction", _VISIT, "1", "resistant fraction of viable cells"),
    Variable("vegf", _VISIT, "1", "VEGF relative to baseline"),
    Variable("svegfr2", _VISIT, "1", "soluble VEGFR-2 relative to baseline"),
    Variable("rim_width", _VISIT, "mm", "width of the viable rim, mean of lesions", spatial=True),
    Variable("hypoxic_fraction", _VISIT, "1", "hypoxic fraction of viable cells", spatial=True),
    Variable("drug_penetration", _VISIT, "1", "drug reaching viable cells, relative to baseline", spatial=True),
    Variable("interstitial_pressure", _VISIT, "1", "interstitial pressure, vessels = 1", spatial=True),
    Variable("necrotic_fraction", _VISIT, "1", "necrosis, share of the tumor", spatial=True),
    Variable("line_start", _LINE, "day", "start of the treatment line"),
    Variable("line_end", _LINE, "day", "end of the treatment line"),
    Variable("progression_time", _LINE, "day", "visit at which the line progressed"),
    Variable("true_progression_time", _LINE, "day", "time at which the line crossed the progression threshold"),
    Variable("line_label", ("arm", "line"), "1", "treatment given in the line", optional=True),
    Variable("planned_lines", ("arm",), "1", "number of treatment lines the arm plans", optional=True),
    Variable("death_time", _PATIENT, "day", "time of death"),
    Variable("follow_up", _PATIENT, "day", "end of observation"),
    Variable("status", _PATIENT, "1", "how the integration ended", Status),
    Variable("trajectory_sum_of_diameters", _TRACKED, "mm", "sum of diameters without measurement error"),
    Variable("trajectory_tumor_volume", _TRACKED, "mm^3", "tumor volume, all target lesions"),
    Variable("trajectory_vegf", _TRACKED, "1", "VEGF relative to baseline"),
    Variable("trajectory_svegfr2", _TRACKED, "1", "soluble VEGFR-2 relative to baseline"),
    Variable("trajectory_bypass", _TRACKED, "1", "bypass activation, mean of lesions weighted by volume"),
    Variable("trajectory_resistant_fraction", _TRACKED, "1", "resistant fraction of viable cells"),
    Variable("trajectory_perfusion", _TRACKED, "1", "perfusion relative to baseline, mean of lesions"),
    Variable("trajectory_concentration", ("arm", "tracked", "drug", "time"), "mg/L", "total drug concentration"),
    Variable("dose_time", ("arm", "dose"), "day", "nominal time of a dose, first treatment line"),
    Variable("dose_drug", ("arm", "dose"), "1", "index into `drug` of a dose, -1 where there is none"),
)

_BY_NAME = MappingProxyType({variable.name: variable for variable in (*COORDINATES, *VARIABLES)})


def variable(name: str) -> Variable:
    """Return the declaration of the Dataset variable or coordinate called `name`.

    Raises
    ------
    UnknownNameError
        If no variable has this name; the message holds the nearest one.
    """
    if name not in _BY_NAME:
        raise unknown("Dataset variable", name, _BY_NAME)
    return _BY_NAME[name]


def dataarray_attrs(name: str) -> dict[str, object]:
    """Return the CF attributes of the variable called `name`: `units`, `long_name` and, where it has them, flags."""
    declared = variable(name)
    attrs: dict[str, object] = {"units": declared.units, "long_name": declared.long_name}
    if declared.flags:
        attrs["flag_values"] = np.array(declared.flag_values, dtype=np.int8)
        attrs["flag_meanings"] = " ".join(declared.flag_meanings)
    return attrs


def require(ds: xr.Dataset, *names: str, purpose: str) -> None:
    """Refuse a Dataset without the variables `names`, saying what they were needed for.

    Raises
    ------
    InputError
        One line with every missing variable.
    """
    missing = [name for name in names if name not in ds]
    if missing:
        raise InputError(f"{purpose} needs {', '.join(missing)}, which this Dataset does not hold")
