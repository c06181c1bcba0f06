"""Read a config, from a file or from text: a Scenario for a virtual trial, a ModelRun for a published model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from ossim.config.base import Config
from ossim.config.model_run import ModelRun
from ossim.config.trial import Scenario
from ossim.model import PATIENT, SPATIAL
from ossim.sections.text import SectionText, parse, read_text

__all__ = ["Config", "ModelRun", "Scenario", "json_schema", "load", "loads"]

TRIAL_KEYS = ("cohort", "arms", "visits", "sweep")


def load(path: str | Path) -> Scenario | ModelRun:
    """Read a config file.

    Returns
    -------
    Scenario, or for a config of a published model a `ModelRun`.

    Raises
    ------
    InputError
        With every fault of the file, one line each.
    """
    text = parse(read_text(path), str(path))
    return kind_of(text).read(text, Path(path).stem, str(path))


def loads(text: str, name: str = "config") -> Scenario | ModelRun:
    """Read a config from `text`; `name` stands in for the file name."""
    parsed = parse(text, name)
    return kind_of(parsed).read(parsed, Path(name).stem)


def kind_of(text: SectionText) -> type[Scenario] | type[ModelRun]:
    """Return the class of a config, by its model and its keys."""
    data = text.data if isinstance(text.data, dict) else {}
    trial = data.get("model", PATIENT) in (PATIENT, SPATIAL)
    other_model = not trial and not any(key in data for key in TRIAL_KEYS)
    return ModelRun if other_model or "times" in data else Scenario


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of both shapes of a config."""
    schema = TypeAdapter(Scenario | ModelRun).json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "ossim config", **schema}
