"""What ``ossim film`` does: make an animation of the fields of a stored result."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import xarray as xr

from ossim import plots
from ossim.errors import InputError, OutputExistsError
from ossim.plots import fields
from ossim.store import folder as store
from ossim.store.fields import FIELDS, open_fields

NAME = "animation.gif"


def film(
    result: Path,
    out: Path | None,
    variables: Sequence[str],
    arm: str | None,
    patient: int | None,
    fps: float,
    progress: Callable[[float, float], None],
    *,
    force: bool,
) -> int:
    """Write a film and print its path; `out` ends in .gif or .mp4, by default it goes beside the figures."""
    dataset = _fields(result)
    path = out or (result if result.is_dir() else result.parent) / store.FIGURES / NAME
    if path.exists() and not force:
        raise OutputExistsError(f"{path} exists; give another --out, or --force to replace it")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with store.beside(path) as part:
            chosen: dict[str, Any] = {"variables": variables or None, "arm": arm, "patient": patient, "fps": fps}
            made = plots.animate(dataset, part.with_suffix(path.suffix), progress=progress, **chosen)
            os.replace(made, part)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {store.reason(error)}") from None
    print(path)
    return 0


def _fields(result: Path) -> xr.Dataset:
    """Return the result with its fields; where it holds none, the fields that were written beside it."""
    dataset = store.open_result(result)
    beside = (result if result.is_dir() else result.parent) / FIELDS
    return open_fields(beside) if not fields.fields(dataset) and beside.is_dir() else dataset
