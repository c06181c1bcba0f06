"""Where fields live: a radial or Cartesian grid of equal cells, its tissue mask, arrays that do not alias in cache."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ossim.errors import InputError

GEOMETRIES = ("cartesian", "radial")
_PAGE = 4096  # [byte] fields whose starts differ by whole pages fight for the same lines of the cache
_STAGGER = 5 * 64  # [byte] what sets the start of each field apart from the one before


@dataclass(frozen=True, eq=False)
class Grid:
    """Cells of equal edge; no flux crosses the boundary or the border of the mask.

    Attributes
    ----------
    geometry : "cartesian" (a line, a plane or a box) or "radial" (spherical shells around the origin)
    shape : number of cells, slowest axis first: (nr,), (nx,), (ny, nx) or (nz, ny, nx)
    spacing : edge of a cell [mm]
    mask : bool, shape `shape`, True where there is tissue; None: everywhere
    """

    geometry: str
    shape: tuple[int, ...]
    spacing: float
    mask: np.ndarray | None = None

    def __post_init__(self) -> None:
        if self.geometry not in GEOMETRIES:
            raise InputError(f"geometry: must be one of {', '.join(GEOMETRIES)}, not '{self.geometry}'")
        if not 1 <= len(self.shape) <= (1 if self.geometry == "radial" else 3):
            raise InputError(f"shape: a {self.geometry} grid cannot have {len(self.shape)} axes")
        if min(self.shape) < 4:
            raise InputError(f"shape: at least 4 cells along each axis are needed, not {min(self.shape)}")
        if not self.spacing > 0:
            raise InputError(f"spacing: must be above 0 mm, is {self.spacing:g}")
        if self.mask is not None:
            if self.mask.shape != self.shape:
                raise InputError(f"mask: has shape {self.mask.shape}, the grid {self.shape}")
            if not self.mask.any():
                raise InputError("mask: holds no tissue")

    @property
    def axes(self) -> tuple[str, ...]:
        """Names of the axes, slowest first."""
        return ("r",) if self.geometry == "radial" else ("z", "y", "x")[3 - len(self.shape) :]

    @property
    def size(self) -> int:
        """Number of cells."""
        return int(np.prod(self.shape))

    @property
    def full_shape(self) -> tuple[int, int, int]:
        """The shape with three axes, as kernels see it: leading axes of one cell where there are fewer."""
        return (1,) * (3 - len(self.shape)) + self.shape

    def centers(self, axis: int) -> np.ndarray:
        """Centers of the cells along an axis [mm]: from the origin outward, or around the middle of the box."""
        place = (np.arange(self.shape[axis]) + 0.5) * self.spacing
        return place if self.geometry == "radial" else place - 0.5 * self.shape[axis] * self.spacing

    @cached_property
    def radius(self) -> np.ndarray:
        """Distance of each cell center from the origin [mm], shape `shape`."""
        squares = np.meshgrid(*(self.centers(axis) ** 2 for axis in range(len(self.shape))), indexing="ij")
        return np.sqrt(sum(squares))

    @cached_property
    def volumes(self) -> np.ndarray:
        """Volume of each cell, area or length in fewer dimensions [mm^d], shape `shape`; zero outside the mask."""
        if self.geometry == "radial":
            edges = np.arange(self.shape[0] + 1) * self.spacing
            volumes = 4.0 / 3.0 * np.pi * np.diff(edges**3)
        else:
            volumes = np.full(self.shape, self.spacing ** len(self.shape))
        return volumes if self.mask is None else np.where(self.mask, volumes, 0.0)

    def integral(self, field: np.ndarray) -> float:
        """Integral of a field over the tissue."""
        if self.geometry == "radial":
            return float(np.sum(self.volumes * field))
        total = np.sum(field) if self.mask is None else np.sum(field, where=self.mask)
        return float(total) * self.spacing ** len(self.shape)


def staggered(count: int, shape: tuple[int, ...], dtype=np.float64) -> tuple[np.ndarray, ...]:
    """Return `count` zero arrays of one shape, each C-contiguous, whose starts fall on different cache lines."""
    item = np.dtype(dtype).itemsize
    size = int(np.prod(shape)) * item
    pitch = -(-size // _PAGE) * _PAGE + _STAGGER
    block = np.zeros(count * pitch + _PAGE, np.uint8)
    first = -block.ctypes.data % 64
    starts = (first + number * pitch for number in range(count))
    return tuple(block[start : start + size].view(dtype).reshape(shape) for start in starts)
