"""What a file of facts may hold: the sections of drugs, trials and populations, shipped or of the user's."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from ossim.catalog.vocabulary import (
    CHANNELS,
    DISTRIBUTIONS,
    DRUG_MODELS,
    EFFECT_KINDS,
    ENDPOINTS,
    LEVELS,
    PHARMACOKINETIC_UNITS,
    ROLES,
    ROUTES,
    TIERS,
)
from ossim.errors import Fault, InputError, nearest
from ossim.sections.base import Placed, Section


def _one_of(*choices: str) -> AfterValidator:
    """Refuse a word that is none of `choices`, with the nearest."""

    def check(word: str) -> str:
        if word not in choices:
            raise InputError(f"'{word}' is not one of {', '.join(choices)}{nearest(word, choices)}")
        return word

    return AfterValidator(check)


Tier = Annotated[str, _one_of(*TIERS)]
Bounds = Annotated[list[float], Field(min_length=2, max_length=2)]


class Evidence(Section):
    """Where a fact comes from, and how far to trust it."""

    source: str = Field(description="key of a reference")
    tier: Tier = Field(description=f"evidence: {', '.join(TIERS)}")
    note: str = Field(default="", description="what a reader should know")


class Printed(Section):
    """A number as its source prints it."""

    value: float = Field(description="number")
    unit: str = Field(description="its unit")


class Number(Evidence):
    """A number with its unit and evidence."""

    value: float = Field(description="number in the unit given")
    unit: str = Field(description="canonical unit")
    formula: str = Field(default="", description="how it was derived")
    printed: Printed | None = Field(default=None, description="as the source prints it")
    bounds: Bounds | None = Field(default=None, description="lowest and highest value that makes sense")


class Observed(Number):
    """A measured quantity that nothing is computed from."""

    quantity: str = Field(description="what was measured")


class Text(Evidence):
    """A regimen text with its evidence."""

    text: str = Field(description="regimen, such as 'sorafenib 400 mg b.i.d.'")


class Pharmacokinetics(Section):
    """A parameter set of a linear compartment model."""

    model: Annotated[str, _one_of(*DRUG_MODELS)] = Field(description=f"one of {', '.join(DRUG_MODELS)}")
    absorption_rate: Number | None = Field(default=None, description="first-order absorption [1/day]")
    clearance: Number | None = Field(default=None, description="clearance [L/day]")
    volume_of_distribution: Number | None = Field(default=None, description="central volume [L]")
    half_life: Number | None = Field(default=None, description="half-life [day]")
    intercompartmental_clearance: Number | None = Field(default=None, description="exchange [L/day]")
    peripheral_volume: Number | None = Field(default=None, description="peripheral volume [L]")
    intercompartmental_clearance_2: Number | None = Field(default=None, description="second exchange [L/day]")
    peripheral_volume_2: Number | None = Field(default=None, description="second peripheral volume [L]")
    lag_time: Number | None = Field(default=None, description="time from dose to absorption [day]")
    bioavailability: Number | None = Field(default=None, description="fraction absorbed [1]")
    fraction_unbound: Number | None = Field(default=None, description="free fraction in plasma [1]")
    variability: dict[str, Any] = Field(default_factory=dict, description="coefficients of variation as published")
    note: str = Field(default="", description="what a reader should know")

    @model_validator(mode="after")
    def _in_canonical_units(self) -> Self:
        for key, unit in PHARMACOKINETIC_UNITS.items():
            number = getattr(self, key)
            if number is not None and number.unit != unit:
                raise Placed(((key, "unit"), f"must be {unit}, is '{number.unit}'"))
            if number is not None and number.value < 0:
                raise Placed(((key, "value"), f"must be at least 0, is {number.value:g}"))
        return self


class ActsOn(Section):
    """What a drug does to one exposure channel."""

    channel: Annotated[str, _one_of(*CHANNELS)] = Field(description=f"one of {', '.join(CHANNELS)}")
    kind: Annotated[str, _one_of(*EFFECT_KINDS)] = Field(description=f"one of {', '.join(EFFECT_KINDS)}")
    ic50: Number | None = Field(default=None, description="free concentration of half the effect [nM]")
    ec50: Number | None = Field(default=None, description="total plasma concentration of half the effect [mg/L]")
    alternatives: dict[str, Number] = Field(default_factory=dict, description="other published potencies")
    source: str = Field(default="", description="key of a reference; of an effect without a number")
    tier: Annotated[str, _one_of(*TIERS, "")] = Field(default="", description="evidence, as of a number")
    note: str = Field(default="", description="what a reader should know")

    @model_validator(mode="after")
    def _has_evidence(self) -> Self:
        number = self.ic50 or self.ec50
        if self.kind == "concentration" and number is None:
            raise InputError("an effect by concentration needs 'ic50' or 'ec50'")
        if number is None and not (self.source and self.tier):
            raise InputError("an effect without a number needs 'source' and 'tier'")
        for key, unit in (("ic50", "nM"), ("ec50", "mg/L")):
            found = getattr(self, key)
            if found is not None and found.unit != unit:
                raise Placed(((key, "unit"), f"must be {unit}, is '{found.unit}'"))
            if found is not None and found.value <= 0:
                raise Placed(((key, "value"), f"must be above 0, is {found.value:g}"))
        return self


class Potency(Section):
    """A potency on a target, as printed and as the literature has it."""

    target: str = Field(description="molecule")
    printed: dict[str, Any] | None = Field(default=None, description="as a review prints it")
    literature: dict[str, Any] | None = Field(default=None, description="as the literature has it")
    use: float | None = Field(default=None, gt=0, description="the one to use [nM]; blank: none")
    misprint: bool = Field(default=False, description="whether the printed value is wrong")
    note: str = Field(default="", description="what a reader should know")


class DrugFile(Section):
    """A drug."""

    name: str = Field(description="the name of the file")
    title: str = Field(default="", description="name for people")
    aliases: list[str] = Field(default_factory=list, description="other names")
    drug_class: str = Field(alias="class", description="tki, mtor_inhibitor, cytotoxic, ...")
    description: str = Field(description="one sentence")
    route: Annotated[str, _one_of(*ROUTES)] = Field(description=f"one of {', '.join(ROUTES)}")
    molecular_weight: Number | None = Field(default=None, description="[g/mol]")
    standard_dose: Text | None = Field(default=None, description="usual regimen")
    pharmacokinetics: dict[str, Pharmacokinetics] = Field(default_factory=dict, description="sets by name")
    targets: list[Potency] = Field(default_factory=list, description="potencies on molecules")
    effects: list[ActsOn] = Field(default_factory=list, description="effects in the patient model")
    observations: list[Observed] = Field(default_factory=list, description="measured quantities")
    gaps: list[str] = Field(default_factory=list, description="what was not found")
    note: str = Field(default="", description="what a reader should know")


class PublishedOutcome(Evidence):
    """One published result; rates are fractions, times and durations days."""

    endpoint: Annotated[str, _one_of(*ENDPOINTS)] = Field(description="what was measured")
    value: float = Field(description="fraction, or days")
    unit: str = Field(description="1 or day")
    time: float | None = Field(default=None, ge=0, description="landmark [day]")
    printed_time: str = Field(default="", description="as printed")
    printed_value: str = Field(default="", description="as printed")
    ci_low: float | None = Field(default=None, description="lower end of the interval")
    ci_high: float | None = Field(default=None, description="upper end of the interval")
    k: float | None = Field(default=None, ge=0, description="patients with the outcome")
    n: int | None = Field(default=None, ge=1, description="patients in all")
    locator: str = Field(default="", description="where in the source")
    formula: str = Field(default="", description="how it was derived")
    misprint: bool = Field(default=False, description="whether the printed value is wrong")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.k is not None and self.n is not None and self.k > self.n:
            raise InputError(Fault("", 0, "k", f"{self.k:g} of {self.n} patients"))
        if self.unit == "1" and self.endpoint.endswith("_rate") and not 0 <= self.value <= 1:
            raise InputError(Fault("", 0, "value", f"a rate lies between 0 and 1, is {self.value:g}"))
        return self


class Scans(Evidence):
    """When a trial scanned."""

    every: str = Field(description="time between visits")
    formula: str = Field(default="", description="how it was derived")


class TrialFile(Section):
    """One arm of a published trial."""

    name: str = Field(description="the name of the file")
    title: str = Field(description="what it was")
    reference: str = Field(description="key of a reference")
    year: int = Field(description="of publication")
    printed_year: int | None = Field(default=None, description="as a review prints it, where it differs")
    phase: str = Field(description="phase")
    sponsor: str | None = Field(default=None, description="group that ran it")
    n_patients: int | None = Field(default=None, ge=1, description="patients of the arm")
    population: str = Field(description="who was treated")
    stage: str = Field(description="stage of disease")
    regimen: list[str] = Field(default_factory=list, description="regimen texts; none for no drug")
    regimen_evidence: Evidence = Field(description="where the regimen comes from")
    visits: Scans = Field(description="scans")
    criteria: str = Field(description="response criteria")
    role: Literal["calibration", "heldout", "context"] = Field(description=f"one of {', '.join(ROLES)}")
    outcomes: list[PublishedOutcome] = Field(description="published results")
    note: str = Field(default="", description="what a reader should know")


class Spread(Evidence):
    """How one quantity spreads between patients and lesions."""

    distribution: Annotated[str, _one_of(*DISTRIBUTIONS)] = Field(description=f"one of {', '.join(DISTRIBUTIONS)}")
    unit: str = Field(description="canonical unit")
    level: Annotated[str, _one_of(*LEVELS)] = Field(description=f"one of {', '.join(LEVELS)}")
    median: float | None = Field(default=None, description="median")
    sd: float | None = Field(default=None, ge=0, description="standard deviation of the logarithm or of the logit")
    patient_weight: float | None = Field(default=None, ge=0, le=1, description="part of the draw that a patient shares")
    lesion_weight: float | None = Field(default=None, ge=0, le=1, description="part of the draw of each lesion")
    sd_patient: float | None = Field(default=None, ge=0, description="sd between patients")
    sd_lesion: float | None = Field(default=None, ge=0, description="sd between lesions of a patient")
    clip: Bounds | None = Field(default=None, description="lowest and highest value drawn")
    values: list[float] = Field(default_factory=list, description="of a categorical quantity")
    probabilities: list[float] = Field(default_factory=list, description="of its values, adding up to 1")
    formula: str = Field(default="", description="of a derived quantity")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        needed = {"lognormal": "median", "logit_normal": "median", "derived": "formula"}.get(self.distribution)
        if needed and not getattr(self, needed):
            raise InputError(f"a {self.distribution} quantity needs '{needed}'")
        if self.distribution == "categorical":
            if not self.values or len(self.values) != len(self.probabilities):
                raise InputError("a categorical quantity needs 'values' and as many 'probabilities'")
            if abs(sum(self.probabilities) - 1) > 1e-9 or min(self.probabilities) < 0:
                raise InputError(Fault("", 0, "probabilities", "must be 0 or more and add up to 1"))
        return self


class Together(Evidence):
    """Correlation of two quantities on the scale of their normal draws."""

    between: Annotated[list[str], Field(min_length=2, max_length=2)] = Field(description="two quantities")
    value: float = Field(ge=-1, le=1, description="correlation")


class PopulationFile(Section):
    """A population of virtual patients."""

    name: str = Field(description="the name of the file")
    title: str = Field(description="who they are")
    model: str = Field(description="model they are patients of")
    reference: str = Field(description="key of a reference")
    parameters: dict[str, Spread] = Field(description="parameter -> spread")
    correlations: list[Together] = Field(default_factory=list, description="of parameters")
    body_size: dict[str, Spread] = Field(default_factory=dict, description="weight, height, ...")
    body_size_correlations: list[Together] = Field(default_factory=list, description="of body sizes")
    note: str = Field(default="", description="what a reader should know")
