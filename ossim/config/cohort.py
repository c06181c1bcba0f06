"""The section `cohort`: who is treated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from ossim import catalog
from ossim.config.parameter_values import parameter_values
from ossim.model import PATIENT
from ossim.sections.base import FROZEN, WRITTEN_AS_MAPPING, Section, nothing

NUMBERS_OR_TEXTS = WithJsonSchema({"type": "object", "additionalProperties": {"type": ["number", "string"]}})


def _fixed(given: object) -> object:
    return parameter_values(catalog.model_parameters(PATIENT), given)


if TYPE_CHECKING:
    Parameters = Mapping[str, float]
else:
    Parameters = Annotated[dict[str, float], BeforeValidator(_fixed), FROZEN, WRITTEN_AS_MAPPING, NUMBERS_OR_TEXTS]


class Cohort(Section):
    """Who is treated; `parameters` hold for every patient, in canonical units."""

    population: Annotated[str, AfterValidator(lambda name: catalog.population(name).name)] = Field(
        default="relapsed", description="population file the patients are drawn from"
    )
    size: int = Field(ge=1, le=1_000_000, description="number of virtual patients")
    typical: bool = Field(default=False, description="every patient at the medians, without variability")
    parameters: Parameters = Field(
        default_factory=nothing,
        description="model parameters fixed for all patients; bare numbers in canonical units",
    )
