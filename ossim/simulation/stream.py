"""A trial goes to its file block by block: memory does not grow with the cohort, and a full disk ends cleanly."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import h5netcdf
import numpy as np
import xarray as xr

from ..errors import InputError
from . import provenance
from .results import of_patients, place
from .store import COMPRESSION, beside, netcdf

Put = Callable[[int, slice, Mapping[str, np.ndarray]], None]
MOST_IN_CHUNK = 4 << 20  # [byte]
# Bytes of a file per byte of its variables: 0.34 where half of the visits take place, 0.6 where nearly all do.
COMPRESSED = 0.34


class GuardedFile(io.FileIO):
    """A file that notes its first failure and from then on takes and loses whatever is written.

    HDF5 crashes the process when a write fails beneath it, so it never learns: who writes calls `check` after it.
    """

    failure: BaseException | None = None

    def write(self, data) -> int:
        self._attempt(self._write_all, memoryview(data).cast("B"))
        return len(data)

    def truncate(self, size: int | None = None) -> int:
        self._attempt(super().truncate, size)
        return size or 0

    def flush(self) -> None:
        self._attempt(super().flush)

    def check(self) -> None:
        """Raise the first failure, if there was one."""
        if self.failure is not None:
            raise self.failure

    def _write_all(self, rest: memoryview) -> None:
        while rest:
            rest = rest[super().write(rest) :]

    def _attempt(self, action: Callable, *arguments: object) -> None:
        if self.failure is not None:
            return
        try:
            action(*arguments)
        # An interrupt that arrives here would break off HDF5 in the middle as well.
        except BaseException as failure:
            self.failure = failure


def expected_size(empty: xr.Dataset) -> int:
    """Return about how large the file of a trial will be [byte]."""
    return round(COMPRESSED * empty.nbytes)


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
    _check_room(path, expected_size(empty))
    filled = {name: values for name, values in empty.variables.items() if of_patients(values.dims) and values.size}
    with beside(path) as part:
        part.write_bytes(netcdf(empty.drop_vars(filled)))
        with GuardedFile(part, "r+") as file, _failures_of(file), h5netcdf.File(file, "r+") as target:
            variables = {name: _declare(target, name, values, block) for name, values in filled.items()}

            def put(arm: int, span: slice, arrays: Mapping[str, np.ndarray]) -> None:
                for name in variables.keys() & arrays.keys():
                    variables[name][place(arm, span, arrays[name])] = arrays[name]
                file.check()

            yield put
            target.attrs["ended"] = provenance.now()


@contextmanager
def _failures_of(file: GuardedFile) -> Iterator[None]:
    """Raise the failure of the file rather than what HDF5 makes of lost writes, which says nothing."""
    try:
        yield
    except Exception:
        file.check()
        raise
    file.check()


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
