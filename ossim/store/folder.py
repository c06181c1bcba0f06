"""One run on disk: ``results/<config name>/`` with the Dataset, the resolved config, endpoints, figures, provenance.

A folder is filled beside its final place and renamed when it is complete, so a run cut short leaves nothing that
looks like a result, and a result is never replaced unless asked.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import xarray as xr

from ossim.errors import InputError, OutputExistsError
from ossim.sections.text import dump
from ossim.store.fields import FIELDS, open_fields

DATASET = "result.nc"
CONFIG = "config.yaml"
ENDPOINTS = "endpoints.csv"
PROVENANCE = "provenance.json"
FIGURES = "figures"
# What a run, a plot or a film writes there.
DRAWN = frozenset({".png", ".gif", ".mp4"})
# Level 1 without shuffling the bytes is both the smallest and the fastest: much of a result is not there.
COMPRESSION = MappingProxyType({"compression": "gzip", "compression_opts": 1})
# The attribute that every result has.
MARK = "ossim_version"
# Of the shipped configs: 0.28 (three years, few visits after progression) to 0.43 (all visits take place).
COMPRESSED = 0.35
# Opening a file costs 0.1 s; results above this are used from disk [byte].
IN_MEMORY = 64_000_000
MOST_NAMED = 5
MOST_SAID = 200

_SAFE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")


def safe_name(name: str) -> str:
    """Return `name` if it can be one file or folder name and nothing more.

    Raises
    ------
    InputError
        The name holds a path separator, starts with a dot or is otherwise no plain name.
    """
    if not _SAFE_NAME.fullmatch(name):
        raise InputError(f"'{name}' is no safe name for a file: use letters, digits, '_', '-' and '.'")
    return name


def check_free(folder: str | Path, *, force: bool = False) -> Path:
    """Refuse a `folder` that may not be written, before any time is spent on what would go there.

    Raises
    ------
    OutputExistsError
        It exists and `force` is off, or it exists and is no result of `ossim`, or holds other files.
    InputError
        The place cannot be looked at.
    """
    folder = Path(folder)
    try:
        return _checked(folder, force)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written: {reason(error)}") from None


def reason(error: Exception) -> str:
    """Return why something could not be written, in one line."""
    if isinstance(error, FileExistsError):
        return "a part of the path is a file, not a folder"
    # HDF5 adds pages of its own to the words of the operating system.
    number = getattr(error, "errno", None)
    said = os.strerror(number) if number else " ".join(str(error).split())[:MOST_SAID]
    return said or type(error).__name__


def _checked(folder: Path, force: bool) -> Path:
    if not folder.exists() and not folder.is_symlink():
        return folder
    if not force:
        raise OutputExistsError(f"{folder} exists; give another --out, or --force to replace it")
    if folder.is_symlink() or not folder.is_dir() or (any(folder.iterdir()) and not (folder / PROVENANCE).is_file()):
        raise OutputExistsError(f"{folder} exists and is no result of ossim; it is not replaced, even with --force")
    if foreign := _foreign(folder):
        more = ", ..." if len(foreign) > MOST_NAMED else ""
        named = ", ".join(foreign[:MOST_NAMED]) + more
        raise OutputExistsError(f"{folder} holds files that ossim did not write ({named}); move them, or give --out")
    return folder


@contextmanager
def result_folder(folder: str | Path, *, force: bool = False) -> Iterator[Path]:
    """Give a temporary folder that becomes `folder` when the block ends without an error.

    Raises
    ------
    OutputExistsError
        See `check_free`.
    InputError
        The place cannot be written.
    """
    folder = check_free(os.path.abspath(folder), force=force)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        work = folder.parent / f".{folder.name}.{secrets.token_hex(4)}.part"
        work.mkdir()
    except OSError as error:
        raise InputError(f"{folder}: cannot be written: {reason(error)}") from None
    try:
        yield work
        _replace(work, check_free(folder, force=force))
    except OSError as error:
        raise InputError(f"{folder}: cannot be written: {reason(error)}") from None
    finally:
        shutil.rmtree(work, ignore_errors=True)


def new_file(path: str | Path) -> Path:
    """Refuse a `path` at which no new file can be made.

    Raises
    ------
    OutputExistsError
        There is one already.
    InputError
        Its folder does not exist.
    """
    path = Path(path)
    if path.exists() or path.is_symlink():
        raise OutputExistsError(f"{path} exists; it is not replaced")
    if not path.parent.is_dir():
        raise InputError(f"{path}: there is no folder {path.parent}")
    return path


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """Give the path of a file to write, which becomes `path` when the block ends without an error, else is removed."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        yield part
        os.replace(part, path)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def write_dataset(dataset: xr.Dataset, folder: Path) -> Path:
    """Write the Dataset into a folder as compressed NetCDF4 and return its path."""
    return write_file(dataset, folder / DATASET)


def write_file(dataset: xr.Dataset, path: Path) -> Path:
    """Write the Dataset as compressed NetCDF4 to `path` and return it."""
    with beside(path) as part:
        # HDF5 crashes the process when a disk fills up beneath it, so it writes to memory.
        part.write_bytes(netcdf(dataset))
    return path


def write_text(path: Path, text: str) -> Path:
    """Write a text file in one move; nothing is left of one that fails."""
    with beside(path) as part:
        part.write_text(text, encoding="utf-8")
    return path


def netcdf(dataset: xr.Dataset) -> bytes:
    """Return the Dataset as compressed NetCDF4."""
    compressed = (name for name, values in dataset.variables.items() if values.dtype.kind in "fiub" and values.ndim)
    encoding = {name: dict(COMPRESSION) for name in compressed}
    return bytes(dataset.to_netcdf(None, engine="h5netcdf", encoding=encoding))


def size_on_disk(size: int) -> int:
    """Return about how large the file of a Dataset of `size` bytes is [byte]."""
    return round(COMPRESSED * size)


def write_config(resolved: Mapping[str, Any], folder: Path) -> Path:
    """Write the resolved config, which runs again to the same result."""
    path = folder / CONFIG
    path.write_text(dump(resolved), encoding="utf-8")
    return path


def write_endpoints(rows: Iterable[Mapping[str, Any]], folder: Path) -> Path:
    """Write one row per arm and endpoint as CSV; numbers keep every digit."""
    rows = [dict(row) for row in rows]
    columns = list(dict.fromkeys(key for row in rows for key in row))
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: "" if _missing(value) else value for key, value in row.items()} for row in rows)
    return write_text(folder / ENDPOINTS, stream.getvalue())


def write_provenance(attributes: Mapping[str, Any], folder: Path) -> Path:
    """Write the root attributes of the Dataset as JSON."""
    path = folder / PROVENANCE
    path.write_text(json.dumps(dict(attributes), indent=2, ensure_ascii=False, default=str) + "\n", encoding="utf-8")
    return path


def figure_path(kind: str, folder: Path) -> Path:
    """Return where the figure called `kind` goes, with its folder made."""
    (folder / FIGURES).mkdir(exist_ok=True)
    return folder / FIGURES / f"{safe_name(kind)}.png"


def open_result(path: str | Path) -> xr.Dataset:
    """Read a stored result.

    Parameters
    ----------
    path : the result folder, or the NetCDF file itself

    Returns
    -------
    Dataset as it was written; reading it never runs code from the file. One of more than 64 MB stays on disk: what is
    used of it is read when it is used, and it can be closed.

    Raises
    ------
    InputError
        There is no such result, or the file is no NetCDF, or was not written by `ossim`.
    """
    path = Path(path)
    file = path / DATASET if path.is_dir() else path
    if not file.is_file():
        what = f"no result here (looked for {DATASET})" if path.is_dir() else "no such file"
        raise InputError(f"{path}: {what}")
    try:
        dataset = xr.open_dataset(file, engine="h5netcdf", decode_timedelta=False, decode_times=False)
        if dataset.nbytes <= IN_MEMORY:
            with dataset:
                dataset.load()
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise InputError(f"{file}: cannot be read as a result: {reason(error)}") from None
    fields = file.with_name(FIELDS)
    if fields.is_dir() and "field_dataset" in dataset.attrs:
        dataset = with_fields(dataset, fields)
    if MARK not in dataset.attrs:
        dataset.close()
        raise InputError(f"{file}: is not an ossim result (it has no attribute '{MARK}')")
    return dataset


def with_fields(dataset: xr.Dataset, path: Path) -> xr.Dataset:
    """Return a Dataset with the fields that were written beside it; they are read when they are used."""
    fields = open_fields(path)
    added = {name: fields[name] for name in fields.data_vars if name not in dataset}
    return dataset.assign(added)


def _foreign(folder: Path) -> list[str]:
    """Return what lies in a result folder that no run, plot or film writes."""
    ours = {DATASET, CONFIG, ENDPOINTS, PROVENANCE, FIELDS}
    others = [path for path in folder.iterdir() if path.name not in ours and path.name != FIGURES]
    figures = folder / FIGURES
    if figures.is_symlink() or (figures.exists() and not figures.is_dir()):
        others.append(figures)
    elif figures.is_dir():
        others += [path for path in figures.iterdir() if path.suffix not in DRAWN or path.is_dir()]
    return sorted(path.relative_to(folder).as_posix() for path in others)


def _replace(work: Path, folder: Path) -> None:
    if not folder.exists():
        os.rename(work, folder)
        return
    old = folder.parent / f".{folder.name}.{secrets.token_hex(4)}.old"
    os.rename(folder, old)
    os.rename(work, folder)
    shutil.rmtree(old, ignore_errors=True)


def _missing(value: Any) -> bool:
    return value is None or (isinstance(value, (float, np.floating)) and bool(np.isnan(value)))
