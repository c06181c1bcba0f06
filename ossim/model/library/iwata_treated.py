"""Metastases of osteosarcoma by size under systemic therapy, with surgery of the primary: Iwata's equation, treated."""

from __future__ import annotations

from ossim.model.declaration import Level
from ossim.model.size_model import SizeModel, Therapy


def _therapy(name: str, long_name: str) -> Therapy:
    effects = (f"{name}_primary_effect", f"{name}_growth_effect", f"{name}_seeding_effect", f"{name}_eradication_rate")
    return Therapy(Level(name, "1", long_name, f"L_{name}"), *effects)


MODEL = SizeModel(
    name="iwata_treated",
    title="Number and sizes of lung metastases of osteosarcoma, before and after surgery of the primary",
    reference="iwata2000",
    therapies=(
        _therapy("chemotherapy", "level of chemotherapy, 1 is full dose"),
        _therapy("antiangiogenic", "level of antiangiogenic therapy, 1 is full dose"),
    ),
    surgery_day="surgery_day",
    residual_fraction="residual_fraction",
)
