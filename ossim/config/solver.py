"""The sections `solver` and `output`: accuracy of the integration, and time courses that are kept."""

from __future__ import annotations

from pydantic import Field

from ossim.sections.base import Duration, Section


class Solver(Section):
    """Accuracy of the integration."""

    rtol: float = Field(default=1e-7, ge=1e-13, le=1e-2, description="relative tolerance of each step")
    atol: float = Field(
        default=1e-9, gt=0, le=1e-2, description="absolute tolerance, relative to the baseline of a state"
    )
    max_steps: int = Field(default=100_000, ge=10, description="most steps of one patient in all")


class Output(Section):
    """What is kept besides the visits."""

    trajectories: int = Field(default=20, ge=0, le=100_000, description="patients whose time course is kept")
    every: Duration = Field(default=7.0, description="time between points of a time course")
