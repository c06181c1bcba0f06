"""A Scenario: one virtual trial of the osteosarcoma patient, key by key, and what its keys must have in common."""

from __future__ import annotations

from math import prod
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from ossim.config.arm import Arms
from ossim.config.base import Config
from ossim.config.cohort import Cohort
from ossim.config.compare_with import Comparisons, matched
from ossim.config.limits import check_doses, check_size
from ossim.config.solver import Output, Solver
from ossim.config.space import Space
from ossim.config.spatial_trial import check_space
from ossim.config.sweep import Sweep
from ossim.config.visits import Visits
from ossim.model import SPATIAL
from ossim.registry import FIGURE, known
from ossim.sections.base import FaultList, Location, Names


def _figures(kinds: tuple[str, ...]) -> tuple[str, ...]:
    faults = FaultList()
    for number, kind in enumerate(kinds):
        faults.attempt((number,), known, FIGURE, kind)
    faults.stop()
    return kinds


Figures = Annotated[Names, AfterValidator(_figures)]


class Scenario(Config):
    """A virtual trial of the osteosarcoma patient model."""

    bare_names: ClassVar[Location] = ("cohort", "parameters")

    title: str = Field(default="", max_length=200, description="what the config asks, in one line")
    model: Literal["osteosarcoma_patient", "osteosarcoma_spatial"] = Field(
        default="osteosarcoma_patient",
        description="model simulated; in the spatial one every lesion lives on a grid of its own",
    )
    seed: int = Field(default=1, ge=0, lt=2**63, description="root of every random stream")
    cohort: Cohort = Field(description="who is treated")
    arms: Arms = Field(min_length=1, description="name -> treatment")
    visits: Visits = Field(description="scans and follow-up")
    pharmacokinetics: Literal["calibrated", "population", "daily_mean"] = Field(
        default="calibrated", description="which drug concentrations drive the effect"
    )
    new_lesions: Literal["hazard", "metastases"] = Field(
        default="hazard",
        description="where new lesions come from: a hazard, or metastases that grow until they are seen",
    )
    solver: Solver = Field(default_factory=Solver, description="accuracy of the integration")
    output: Output = Field(default_factory=Output, description="time courses kept")
    compare_with: Comparisons = Field(default=(), description="published trials, as a list or as trial -> arm")
    figures: Figures = Field(default=(), description="figure kinds to draw; empty: all that apply")
    sweep: Sweep | None = Field(default=None, description="values to try; needs 'ossim sweep'")
    space: Space | None = Field(default=None, description="grid of the spatial model")

    @field_validator("compare_with", mode="after")
    @classmethod
    def _with_arms(cls, wanted: Comparisons, info: ValidationInfo) -> Comparisons:
        return matched(wanted, info.data["arms"]) if "arms" in info.data else wanted

    @field_validator("sweep", mode="after")
    @classmethod
    def _of_this_config(cls, sweep: Sweep | None, info: ValidationInfo) -> Sweep | None:
        if sweep is not None and "arms" in info.data:
            sweep.check_names(tuple(arm.name for arm in info.data["arms"]), tuple(cls.model_fields))
        return sweep

    @model_validator(mode="after")
    def _possible(self) -> Self:
        """Refuse what its sections ask for together: too much, in the wrong space, beyond follow-up."""
        faults = FaultList()
        check_space(self.model, self.space, self.cohort, self.arms, self.visits, faults)
        faults.stop()
        check_size(self.arms, self.cohort, self.visits, self.output, faults)
        for arm in self.arms:
            check_doses(arm, self.visits.until, faults)
        if self.sweep is not None:
            self.sweep.check_horizon(self.visits.until, faults)
            self._check_values(self.sweep, faults)
        faults.stop()
        if self.model == SPATIAL and self.space is None:
            return self.model_copy(update={"space": Space()})
        return self

    def _check_values(self, sweep: Sweep, faults: FaultList) -> None:
        """Note every value of every axis that the config refuses."""
        base = self.without_sweep()
        for axis in sweep.axes:
            tried = axis.values if len(axis.values) <= MAX_CHECKED else (axis.values[0], axis.values[-1])
            for number, value in enumerate(tried):
                place = ("sweep", "axes", axis.path, number)
                faults.attempt(place, base.with_overrides, {axis.path: value}, axis.path)

    def summary(self) -> str:
        """Return in a few words how large it is."""
        points = f", {prod(len(axis.values) for axis in self.sweep.axes)} sweep points" if self.sweep else ""
        return f"{len(self.arms)} arms, {self.cohort.size} patients, {self.visits.number} visits{points}"

    def without_sweep(self) -> Self:
        """Return the trial of one point: the config without its sweep."""
        return self.model_copy(update={"sweep": None})


MAX_CHECKED = 200
