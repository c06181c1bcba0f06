"""A trial goes to its file block by block: memory does not grow with the cohort, and a full disk ends cleanly."""

from __future__ import annotations

import io
import shutil
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5netcdf
import numpy as np
import xarray as xr

from ossim.errors import InputError
from ossim.store import provenance
from ossim.store.folder import COMPRESSION, beside, netcdf, size_on_disk

Put = Callable[[int, slice, Mapping[str, np.ndarray]], None]
MOST_IN_CHUNK = 4 << 20  # [byte]


def of_patients(dims: tuple[str, ...]) -> bool:
    """Return whether a variable with these dims is filled block by block: of patients, or of tracked ones."""
    return dims[:2] in (("arm", "patient"), ("arm", "tracked"))


def place(arm: int, span: slice, values: np.ndarray) -> tuple[int | slice, ...]:
    """Return where the `values` of the patients `span` of an arm belong in their variable."""
    return arm, span, *(slice(0, size) for size in values.shape[1:])


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold an interrupt back until HDF5 is done, which would lose it or break off in the middle."""
    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    arrived: list[int] = []
    signal.signal(signal.SIGINT, lambda number, frame: arrived.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if arrived:
            raise KeyboardInterrupt


class GuardedFile(io.FileIO):
    """A file that notes its first failure and from then on takes and loses whatever is written.

    HDF5 crashes the process when a write fails beneath it, so it never learns; who uses it does, from `watched`.
    """

    failure: OSError | None = None

    def write(self, data: Any) -> int:
        self._attempt(self._write_all, memoryview(data).cast("B"))
        return len(data)

    def truncate(self, size: int | None = None) -> int:
        self._attempt(super().truncate, size)
        return size or 0

    def flush(self) -> None:
        self._attempt(super().flush)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Raise a failure noted by the end of the block, rather than what HDF5 makes of lost writes."""
        try:
            yield
        finally:
            if self.failure is not None:
                raise self.failure

    def _write_all(self, rest: memoryview) -> None:
        while rest:
            rest = rest[super().write(rest) :]

    def _attempt(self, action: Callable, *arguments: object) -> None:
        if self.failure is None:
            try:
                action(*arguments)
            except OSError as failure:
                self.failure = failure


class _TrialFile:
    """The open file of a trial: HDF5 works in it without being interrupted and without seeing a write fail."""

    @_uninterrupted()
    def __init__(self, path: Path, filled: Mapping[str, xr.Variable], block: int):
        self._file = GuardedFile(path, "r+")
        self._target = h5netcdf.File(self._file, "r+")
        self._variables = {name: _declare(self._target, name, values, block) for name, values in filled.items()}

    @_uninterrupted()
    def put(self, arm: int, span: slice, arrays: Mapping[str, np.ndarray]) -> None:
        with self._file.watched():
            for name, values in arrays.items():
                if name in self._variables:
                    self._variables[name][place(arm, span, values)] = values

    @_uninterrupted()
    def close(self) -> None:
        with self._file, self._file.watched(), self._target:
            self._target.attrs["ended"] = provenance.now()


@contextmanager
def trial_file(path: Path, empty: xr.Dataset, block: int) -> Iterator[Put]:
    """Give a function that puts a block of patients of one arm into a file, which gets its name `path` at the end.

    Parameters
    ----------
    path : NetCDF4 file to make
    empty : of `empty_trial`
    block : patients that are put at once; the chunks of the file

    Raises
    ------
    InputError
        The disk has less room than such a file takes.
    OSError
        The file cannot be written; nothing is left of it.
    """
    _check_room(path, size_on_disk(empty.nbytes))
    filled = {
        str(name): values
        for name, values in empty.variables.items()
        if of_patients(tuple(map(str, values.dims))) and values.size
    }
    with beside(path) as part:
        with _uninterrupted():
            part.write_bytes(netcdf(empty.drop_vars(filled)))
        file = _TrialFile(part, filled, block)
        try:
            yield file.put
        finally:
            file.close()


def _check_room(path: Path, size: int) -> None:
    free = shutil.disk_usage(path.parent).free
    if size > free:
        raise InputError(f"the result takes about {size / 1e6:,.0f} MB of disk, and {free / 1e6:,.0f} MB are free")


def _declare(target: h5netcdf.File, name: str, values: xr.Variable, block: int) -> h5netcdf.Variable:
    """Make a variable as xarray does, in chunks of a block of patients."""
    absent = np.nan if values.dtype.kind == "f" else None
    chunks = _chunks(values, block)
    made = target.create_variable(name, values.dims, values.dtype, fillvalue=absent, chunks=chunks, **COMPRESSION)
    made.attrs.update(values.attrs)
    return made


def _chunks(values: xr.Variable, block: int) -> tuple[int, ...]:
    """Return the chunk of a variable: a block of patients of one arm, or less where that is large."""
    chunk = [1, min(block, values.shape[1]), *values.shape[2:]]
    while np.prod(chunk) * values.dtype.itemsize > MOST_IN_CHUNK:
        longest = 1 if chunk[1] > 1 else int(np.argmax(chunk))
        chunk[longest] = -(-chunk[longest] // 2)
    return tuple(chunk)
