"""Every key of a config with its type, meaning and default; the published JSON Schema comes from here.

Only the shape is settled here: which keys there are, which are required, and of what type. What a value means
(a regimen, a drug, a parameter of the model, a trial) is settled in `resolve`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    TypeAdapter,
    WithJsonSchema,
    model_validator,
)

from ossim.errors import InputError
from ossim.units import quantity

PATIENT_MODEL = "osteosarcoma_patient"
SPATIAL_MODEL = "osteosarcoma_spatial"
PHARMACOKINETICS = ("calibrated", "population", "daily_mean")


def _positive_duration(value: object) -> float:
    days = quantity(value, "time")
    if days <= 0:
        raise InputError(f"must be a positive time, is '{value}'")
    return days


def _positive_step(value: object) -> float:
    return _positive_duration(value) if isinstance(value, str) else _positive_duration(f"{value} days")


def _length(value: object) -> float:
    found = quantity(value, "length", allow_bare=True)
    if found <= 0:
        raise InputError(f"must be a positive length, is '{value}'")
    return found


def _one_or_many(value: object) -> list[object]:
    if value is None or value == []:
        raise InputError("is empty; write a regimen, or 'none' for no drug")
    if isinstance(value, str) and value.strip().lower() == "none":
        return []
    return value if isinstance(value, list) else [value]


_REGIMEN_SCHEMA = {
    "anyOf": [
        {"type": "string", "examples": ["sorafenib 400 mg b.i.d.", "everolimus 5 mg q.d.", "none"]},
        {"type": "object", "description": "the same regimen as keys: drug, dose, interval, ..."},
    ]
}
_DURATION_SCHEMA = {"type": "string", "description": "a number with a unit of time", "examples": ["8 weeks"]}
_LENGTH_SCHEMA = {"type": ["number", "string"], "description": "a length; bare numbers in mm", "examples": ["40 mm"]}
_REGIMENS_SCHEMA = {"anyOf": [*_REGIMEN_SCHEMA["anyOf"], {"type": "array", "items": _REGIMEN_SCHEMA}]}

Duration = Annotated[float, BeforeValidator(_positive_duration), WithJsonSchema(_DURATION_SCHEMA)]
_STEP_SCHEMA = {"type": ["number", "string"], "description": "a time; bare numbers in days", "examples": ["0.5 days"]}
Step = Annotated[float, BeforeValidator(_positive_step), WithJsonSchema(_STEP_SCHEMA)]
Length = Annotated[float, BeforeValidator(_length), WithJsonSchema(_LENGTH_SCHEMA)]
RegimenText = Annotated[Any, WithJsonSchema(_REGIMEN_SCHEMA)]
Regimens = Annotated[list[RegimenText], BeforeValidator(_one_or_many), WithJsonSchema(_REGIMENS_SCHEMA)]
NumberOrText = Annotated[Any, WithJsonSchema({"type": ["number", "string"]})]
NumbersOrText = Annotated[
    Any, WithJsonSchema({"anyOf": [{"type": ["number", "string"]}, {"type": "array", "items": {"type": "number"}}]})
]
AxisValues = Annotated[
    Any,
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "array", "minItems": 1},
                {
                    "type": "object",
                    "properties": {
                        "from": {"type": "number"},
                        "to": {"type": "number"},
                        "number": {"type": "integer", "minimum": 2},
                        "scale": {"enum": ["linear", "log"]},
                    },
                    "required": ["from", "to", "number"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]
Comparisons = Annotated[
    Any,
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "array", "items": {"type": "string"}},
                {"type": "object", "additionalProperties": {"type": "string"}},
            ]
        }
    ),
]
ArmName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,59}$")]


class Section(BaseModel):
    """A part of a config: unknown keys, silent conversions, infinities and NaN are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)


class CohortSection(Section):
    """Who is treated."""

    population: str = Field("relapsed", description="population file the patients are drawn from")
    size: int = Field(ge=1, le=1_000_000, description="number of virtual patients")
    typical: bool = Field(False, description="every patient at the medians, without variability")
    parameters: dict[str, NumberOrText] = Field(
        default_factory=dict, description="model parameters fixed for all patients; bare numbers in canonical units"
    )


class EmbolizationSection(Section):
    """Vessels of every lesion closed at once."""

    day: Duration = Field(description="when, after enrollment; a scan on that day comes first")
    fraction: float = Field(gt=0, le=1, description="share lost of the vessels lesions made and of host tissue inside")


class ArmSection(Section):
    """What one arm receives."""

    regimen: Regimens | None = Field(None, description="one or more regimens given together")
    strategy: Literal["fixed", "sequence"] = Field("fixed", description="how the arm goes on at progression")
    lines: list[Regimens] | None = Field(None, min_length=1, description="treatment lines of a sequence, in order")
    switch: Literal["progression"] = Field("progression", description="what starts the next line")
    beyond_progression: bool = Field(False, description="go on with the last line after its progression")
    embolization: EmbolizationSection | None = Field(None, description="loss of supply; in the spatial model only")


class VisitsSection(Section):
    """When patients are scanned and by which rule."""

    every: Duration = Field(description="time between visits")
    until: Duration = Field(description="end of follow-up")
    criteria: Literal["recist_1.1"] = Field("recist_1.1", description="response criteria")
    measurement_error: float | None = Field(
        None, ge=0, le=1, description="standard deviation of the log of a measured diameter; default: the model's"
    )


class SolverSection(Section):
    """Accuracy of the integration."""

    rtol: float = Field(1e-7, ge=1e-13, le=1e-2, description="relative tolerance of each step")
    atol: float = Field(1e-9, gt=0, le=1e-2, description="absolute tolerance, relative to the baseline of a state")
    max_steps: int = Field(100_000, ge=10, description="most steps of one patient in all")


class OutputSection(Section):
    """What is kept besides the visits."""

    trajectories: int = Field(20, ge=0, le=100_000, description="patients whose time course is kept")
    every: Duration = Field(7.0, description="time between points of a time course")


class HeatmapSection(Section):
    """Which two axes and which outcome the heat map of a sweep shows, of one arm or as the difference of two."""

    x: str = Field(description="axis along x")
    y: str = Field(description="axis along y")
    outcome: str = Field(description="one of the outcomes of the sweep")
    arm: str = Field(description="arm shown")
    minus: str | None = Field(None, description="arm subtracted from it, point by point")


class SweepSection(Section):
    """Which values are tried and what is read off each run."""

    design: Literal["grid"] = Field("grid", description="how axes combine: every value with every other")
    axes: dict[str, AxisValues] = Field(min_length=1, description="dotted path or parameter name -> values")
    outcomes: list[str] = Field(min_length=1, description="for example 'progression_free_rate at 4 months'")
    heatmap: HeatmapSection | None = Field(None, description="axes and outcome of the heat map")


class TrialConfig(Section):
    """A virtual trial of the osteosarcoma patient model."""

    title: str = Field("", max_length=200, description="what the config asks, in one line")
    model: Literal["osteosarcoma_patient", "osteosarcoma_spatial"] = Field(
        PATIENT_MODEL, description="model simulated; in the spatial one every lesion lives on a grid of its own"
    )
    seed: int = Field(1, ge=0, lt=2**63, description="root of every random stream")
    cohort: CohortSection = Field(description="who is treated")
    arms: dict[ArmName, ArmSection] = Field(min_length=1, description="name -> treatment")
    visits: VisitsSection = Field(description="scans and follow-up")
    pharmacokinetics: Literal["calibrated", "population", "daily_mean"] = Field(
        "calibrated", description="which drug concentrations drive the effect"
    )
    new_lesions: Literal["hazard", "metastases"] = Field(
        "hazard", description="where new lesions come from: a hazard, or metastases that grow until they are seen"
    )
    solver: SolverSection = Field(default_factory=SolverSection, description="accuracy of the integration")
    output: OutputSection = Field(default_factory=OutputSection, description="time courses kept")
    compare_with: Comparisons = Field(
        default_factory=list, description="published trials, as a list or as trial -> arm"
    )
    figures: list[str] = Field(default_factory=list, description="figure kinds to draw; empty: all that apply")
    sweep: SweepSection | None = Field(None, description="values to try; needs 'ossim sweep'")
    space: SpaceSection | None = Field(None, description="grid of the spatial model")


class ShapeSection(Section):
    """A part of space: a ball, what lies outside one, a slab across an axis, or the cells of an array in a file."""

    shape: Literal["ball", "outside_ball", "slab", "file"] = Field(description="what it is")
    center: list[float] = Field(default_factory=list, max_length=3, description="center of a ball: x, y, z [mm]")
    radius: Length | None = Field(None, description="radius of a ball")
    axis: Literal["r", "x", "y", "z"] = Field("x", description="axis that a slab lies across")
    start: float = Field(0.0, alias="from", description="where a slab begins [mm]")
    stop: float = Field(0.0, alias="to", description="where a slab ends [mm]")
    path: str = Field("", description="bool array in NumPy's .npy format, shape of the grid")

    @model_validator(mode="after")
    def _complete(self) -> ShapeSection:
        if self.shape in ("ball", "outside_ball") and self.radius is None:
            raise ValueError("a ball needs a 'radius' above 0")
        if self.shape == "slab" and self.stop <= self.start:
            raise ValueError("a slab needs 'from' and 'to', and 'to' must lie beyond 'from'")
        if self.shape == "file" and not self.path:
            raise ValueError("a shape from a file needs its 'path'")
        return self


class RegionSection(ShapeSection):
    """A part of space that hinders or eases transport."""

    permeability: float = Field(ge=0, le=1000, description="factor of every diffusivity there")


class SpaceSection(Section):
    """The grid that fields live on, and how finely time is cut."""

    geometry: Literal["radial", "line", "plane", "box"] = Field("radial", description="kind of grid")
    size: Length | None = Field(None, description="radius of a radial grid, else edge of the square or cube")
    spacing: Length | None = Field(None, description="edge of a cell")
    step: Step | None = Field(None, description="longest time step")
    barriers: list[ShapeSection] = Field(default_factory=list, description="where there is no tissue: bone, a cavity")
    regions: list[RegionSection] = Field(default_factory=list, description="where transport is slower or faster")
    wall_clock: float | None = Field(None, gt=0, description="most seconds of computing; what was reached then stands")
    parameters: dict[str, NumberOrText] = Field(
        default_factory=dict, description="parameters of the spatial patient model, for every lesion"
    )
    fields_every: Step = Field(28.0, description="time between fields kept: first lesion of the first patient")
    error_estimate: bool = Field(True, description="run again with double steps and say how much that changes")


class TimesSection(Section):
    """Evenly spaced output times in days."""

    start: float = Field(alias="from", description="first time [day]")
    stop: float = Field(alias="to", description="last time [day]")
    step: float = Field(gt=0, description="time between points [day]")


Times = Annotated[
    Annotated[TimesSection, Tag("range")] | Annotated[list[float], Tag("list")],
    Discriminator(lambda value: "range" if isinstance(value, (dict, TimesSection)) else "list"),
]


class ModelConfig(Section):
    """One run of a published model of the catalogue."""

    title: str = Field("", max_length=200, description="what the config asks, in one line")
    model: str = Field(description="name of the model; 'ossim models' lists them")
    times: Times = Field(description="output times [day]")
    initial: dict[str, NumberOrText] = Field(default_factory=dict, description="state -> initial value")
    parameter_set: str | None = Field(None, description="named set of published values; default: those of the model")
    parameters: dict[str, NumbersOrText] = Field(default_factory=dict, description="parameter -> value or values")
    doses: list[dict[str, Any]] = Field(default_factory=list, description="dose rows: time, amt, cmt, ii, addl, ...")
    rtol: float = Field(1e-8, ge=1e-13, le=1e-2, description="relative tolerance")
    atol: float = Field(1e-10, gt=0, le=1e-2, description="absolute tolerance")
    observations: list[str] = Field(default_factory=list, description="published data of the model drawn as points")
    show: list[str] = Field(default_factory=list, description="variables of the time course; empty: all")
    figures: list[str] = Field(default_factory=list, description="figure kinds to draw; empty: all that apply")
    space: SpaceSection | None = Field(None, description="grid of a model in space")


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of both shapes of a config."""
    schema = TypeAdapter(TrialConfig | ModelConfig).json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "ossim config", **schema}
