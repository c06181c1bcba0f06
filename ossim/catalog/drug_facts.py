"""Drugs: pharmacokinetic sets, potencies as printed and as corrected, effects on the patient model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any

from ossim import errors
from ossim.catalog.pharmacokinetics import PharmacokineticSet, pharmacokinetic_set
from ossim.catalog.reading import Quantity, listed, load, maybe_quantity, quantity, resolve


@dataclass(frozen=True)
class Effect:
    """How a drug acts on one exposure channel of the patient model.

    `concentration`: by the free concentration over `ic50_nM` [nM], or the total plasma concentration over
    `ec50_mg_per_L` [mg/L]; `on_off`: full effect while the drug is prescribed.
    """

    channel: str
    kind: str
    ic50_nM: float | None
    ec50_mg_per_L: float | None
    source: str
    tier: str
    note: str = ""
    bounds: tuple[float, float] | None = None
    alternatives: Mapping[str, Quantity] = field(default_factory=dict)


@dataclass(frozen=True)
class TargetPotency:
    """A potency [nM] as the review prints it, as the literature has it, and the one to use (None: drop it)."""

    target: str
    printed: Mapping[str, Any] | None
    literature: Mapping[str, Any] | None
    use: float | None
    misprint: bool = False
    note: str = ""


@dataclass(frozen=True)
class Dose:
    """A regimen text such as ``sorafenib 400 mg b.i.d.`` and its evidence."""

    text: str
    source: str
    tier: str
    note: str = ""


@dataclass(frozen=True)
class Drug:
    """Everything the catalogue knows about one drug; `molecular_weight` is in g/mol."""

    name: str
    aliases: tuple[str, ...]
    drug_class: str
    description: str
    route: str
    molecular_weight: Quantity | None
    standard_dose: Dose | None
    pharmacokinetics: Mapping[str, PharmacokineticSet]
    targets: tuple[TargetPotency, ...]
    effects: tuple[Effect, ...]
    observations: tuple[tuple[str, Quantity], ...]
    gaps: tuple[str, ...]
    note: str

    @property
    def default_set(self) -> str | None:
        """Name of the first pharmacokinetic set that can be simulated: `calibrated` where there is one."""
        return next((name for name, item in self.pharmacokinetics.items() if item.complete), None)

    def pharmacokinetic_set(self, name: str | None = None) -> PharmacokineticSet | None:
        """Return the set called `name`; without a name the default set, None where the drug has none."""
        name = self.default_set if name is None else name
        if name is not None and name not in self.pharmacokinetics:
            raise errors.unknown(f"pharmacokinetic set of {self.name}", name, self.pharmacokinetics)
        return None if name is None else self.pharmacokinetics[name]


def drugs() -> tuple[str, ...]:
    """Return the names of all drugs, sorted."""
    return listed("drugs")


def drug(name: str) -> Drug:
    """Return the drug called `name`: its file name or an alias, whatever the case.

    Raises
    ------
    UnknownNameError
        The catalogue holds no such drug.
    """
    return _drug(resolve("drug", "drugs", name))


@cache
def _drug(name: str) -> Drug:
    entry = load("drugs", name)
    sets = entry.get("pharmacokinetics") or {}
    dose = entry.get("standard_dose")
    return Drug(
        name=entry["name"],
        aliases=tuple(entry.get("aliases", ())),
        drug_class=entry["class"],
        description=entry["description"],
        route=entry["route"],
        molecular_weight=maybe_quantity(entry.get("molecular_weight")),
        standard_dose=Dose(**dose) if dose else None,
        pharmacokinetics=MappingProxyType({key: pharmacokinetic_set(key, item) for key, item in sets.items()}),
        targets=tuple(TargetPotency(**item) for item in entry.get("targets", ())),
        effects=tuple(_effect(item) for item in entry.get("effects", ())),
        observations=tuple((item["quantity"], quantity(item)) for item in entry.get("observations", ())),
        gaps=tuple(entry.get("gaps", ())),
        note=entry.get("note", ""),
    )


def _effect(entry: Mapping[str, Any]) -> Effect:
    ic50, ec50 = maybe_quantity(entry.get("ic50")), maybe_quantity(entry.get("ec50"))
    evidence = ic50 or ec50
    return Effect(
        channel=entry["channel"],
        kind=entry["kind"],
        ic50_nM=ic50.value if ic50 else None,
        ec50_mg_per_L=ec50.value if ec50 else None,
        source=evidence.source if evidence else entry["source"],
        tier=evidence.tier if evidence else entry["tier"],
        note="; ".join(text for text in (evidence.note if evidence else "", entry.get("note", "")) if text),
        bounds=evidence.bounds if evidence else None,
        alternatives=MappingProxyType({key: quantity(item) for key, item in entry.get("alternatives", {}).items()}),
    )
