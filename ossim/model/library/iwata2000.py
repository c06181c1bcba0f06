"""Metastases of an untreated tumor by size: the primary and metastases seed, all grow by one Gompertz law."""

from __future__ import annotations

from ossim.model.size_model import SizeModel

MODEL = SizeModel(name="iwata2000", title="Number and sizes of metastases of an untreated tumor", reference="iwata2000")
