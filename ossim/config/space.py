"""The section `space`: the grid that fields live on, shapes without tissue or with other transport, steps of time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from ossim.catalog import model_parameters
from ossim.config.cohort import NUMBERS_OR_TEXTS
from ossim.config.parameter_values import parameter_values
from ossim.model import SPATIAL
from ossim.sections.base import FROZEN, WRITTEN_AS_MAPPING, Length, Section, Step, as_tuple, nothing


class Shape(Section):
    """A part of space: a ball, what lies outside one, a slab across an axis, or the cells of an array in a file."""

    shape: Literal["ball", "outside_ball", "slab", "file"] = Field(description="what it is")
    center: Annotated[tuple[float, ...], BeforeValidator(as_tuple), PlainSerializer(list)] = Field(
        default=(), max_length=3, description="center of a ball: x, y, z [mm]"
    )
    radius: Length | None = Field(default=None, description="radius of a ball")
    axis: Literal["r", "x", "y", "z"] = Field(default="x", description="axis that a slab lies across")
    start: float = Field(default=0.0, alias="from", description="where a slab begins [mm]")
    stop: float = Field(default=0.0, alias="to", description="where a slab ends [mm]")
    path: str = Field(default="", description="bool array in NumPy's .npy format, shape of the grid")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.shape in ("ball", "outside_ball") and self.radius is None:
            raise ValueError("a ball needs a 'radius' above 0")
        if self.shape == "slab" and self.stop <= self.start:
            raise ValueError("a slab needs 'from' and 'to', and 'to' must lie beyond 'from'")
        if self.shape == "file" and not self.path:
            raise ValueError("a shape from a file needs its 'path'")
        return self


class Region(Shape):
    """A part of space that hinders or eases transport."""

    permeability: float = Field(ge=0, le=1000, description="factor of every diffusivity there")


def _of_lesions(given: object) -> object:
    return parameter_values(model_parameters(SPATIAL), given)


def _all(shapes: tuple[Shape, ...]) -> list[dict[str, object]]:
    return [shape.written() for shape in shapes]


if TYPE_CHECKING:
    Parameters = Mapping[str, float]
else:
    Parameters = Annotated[dict[str, float], BeforeValidator(_of_lesions), FROZEN, WRITTEN_AS_MAPPING, NUMBERS_OR_TEXTS]


class Space(Section):
    """The grid that fields live on, and how finely time is cut."""

    geometry: Literal["radial", "line", "plane", "box"] = Field(default="radial", description="kind of grid")
    size: Length | None = Field(default=None, description="radius of a radial grid, else edge of the square or cube")
    spacing: Length | None = Field(default=None, description="edge of a cell")
    step: Step | None = Field(default=None, description="longest time step")
    barriers: Annotated[tuple[Shape, ...], BeforeValidator(as_tuple), PlainSerializer(_all)] = Field(
        default=(), description="where there is no tissue: bone, a cavity"
    )
    regions: Annotated[tuple[Region, ...], BeforeValidator(as_tuple), PlainSerializer(_all)] = Field(
        default=(), description="where transport is slower or faster"
    )
    wall_clock: float | None = Field(
        default=None, gt=0, description="most seconds of computing; what was reached then stands"
    )
    parameters: Parameters = Field(
        default_factory=nothing, description="parameters of the spatial patient model, for every lesion"
    )
    fields_every: Step = Field(default=28.0, description="time between fields kept: first lesion of the first patient")
    error_estimate: bool = Field(default=True, description="run again with double steps and say how much that changes")
