"""A film of a tumor: maps of fields with fixed limits, a day counter, and the course of its size beneath.

One frame is in memory at a time, also of a lazily opened Dataset, and each is written before the next is drawn.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import matplotlib as mpl
import numpy as np
import xarray as xr
from matplotlib import colormaps
from matplotlib.animation import FFMpegWriter
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray
from PIL import GifImagePlugin, Image

from ossim.errors import InputError, unknown
from ossim.plots import fields, maps, style
from ossim.plots.bands import draw_doses

_FIGURE = "an animation"
_PLANES = (("y", "x"), ("z", "y", "x"))
_MOST_PANELS, _MOST_FRAMES, _MOST_PIXELS = 4, 1_000, 4_000_000
_FORMATS = (".gif", ".mp4")
_WIDTH, _LOWEST, _HIGHEST, _COURSE = 2.3, 0.9, 3.6, 1.3
# What is drawn beneath the maps, the first that is there.
_COURSES = ("tumor_diameter", "tumor_volume", "viable_volume")
# Colors of a GIF: its palette, and the grays in it for text and lines.
_PALETTE, _GRAYS = 256, 24
_CENTISECONDS = 100
_FASTEST = 50


def animate(
    ds: xr.Dataset,
    path: str | Path,
    *,
    variables: Sequence[str] | None = None,
    times: Sequence[float] | None = None,
    arm: str | None = None,
    patient: int | None = None,
    axis: str = "z",
    position: float | None = None,
    outline: Sequence[str] | None = None,
    level: float | None = None,
    limits: Mapping[str, tuple[float, float]] | None = None,
    course: str | None = None,
    fps: float = 10.0,
    dpi: float = 100.0,
    progress: Callable[[float, float], None] | None = None,
) -> Path:
    """Write a film of one tumor to `path`, a GIF, or an MP4 where ffmpeg is installed; return the path.

    Parameters
    ----------
    ds : Dataset of fields over (y, x) or (z, y, x); of what it holds, `tumor_diameter` or `tumor_volume` over time is
        drawn beneath the maps, with `dose_time` as ticks
    path : where to; its suffix, .gif or .mp4, is the format
    variables : fields to draw, by default the first four, what matters most first
    times : frames [day], the nearest stored times; by default all
    arm, patient : which tumor, the first by default
    axis, position : where a box is cut: across which axis, at what coordinate [mm], by default z in the middle
    outline : fields whose sum is outlined, by default those that make the tumor; an empty list: no outline
    level : tumor fraction of the outline, by default a quarter of the largest in the film
    limits : color limits by field, by default those of the whole film, which is read once more for them
    course : variable over time to draw beneath; an empty text: none
    fps : frames per second
    dpi : pixels per inch of figure
    progress : called as ``progress(done, total)`` after each frame

    Raises
    ------
    InputError
        If there is nothing to draw, a name is unknown, or the film would be too long or too large.
    """
    path = Path(path)
    axes = fields.require_space(ds, _FIGURE, *_PLANES)
    names, parts = fields.chosen_fields(ds, variables), fields.tumor_parts(ds, outline)
    names = names if variables else names[:_MOST_PANELS]
    _check_format(path, fps, len(names))
    whole, said = fields.one_tumor(ds, arm, patient)
    cut, where = fields.plane(whole, axis, position)
    places = fields.places_in_time(ds, times, ds.sizes["time"])
    if len(places) > _MOST_FRAMES:
        every = -(-len(places) // _MOST_FRAMES)
        raise InputError(f"{len(places)} frames are more than {_MOST_FRAMES}; say times=ds.time[::{every}]")
    given = maps.checked_limits(limits, names)
    scales, level = _common(cut, places, names, parts, given, level)
    plane = tuple(name for name in axes if name in cut.dims)
    with mpl.rc_context(style.settings()):
        film = _Film(cut, plane, names, scales, parts, level, _course(whole, course), dpi)
        film.heading = maps.heading(ds, " · ".join([*said, *where]), film.figure.get_figwidth())
        style.footnote(film.figure, f"{maps.note(level, fields.has_outside(cut))} Simulated.".strip())
        _write(path, film.frames(places, progress), fps, [maps.color_map(name, scales[name][0]) for name in names])
    return path


def _check_format(path: Path, fps: float, n_panels: int) -> None:
    if path.suffix.lower() not in _FORMATS:
        raise InputError(f"{path.name}: a film is written as .gif or .mp4")
    if path.suffix.lower() == ".mp4" and not FFMpegWriter.isAvailable():
        raise InputError(f"{path.name}: ffmpeg is not installed; write a .gif")
    if not 0 < fps <= _FASTEST:
        raise InputError(f"fps: must be above 0 and at most {_FASTEST}, is {fps:g}")
    if n_panels > _MOST_PANELS:
        raise InputError(f"variables: at most {_MOST_PANELS} fields are animated side by side, not {n_panels}")


def _common(
    cut: xr.Dataset,
    places: Sequence[int],
    names: Sequence[str],
    parts: Sequence[str],
    given: Mapping[str, tuple[float, float]],
    level: float | None,
) -> tuple[dict[str, tuple[float, float]], float | None]:
    """Return the limits of each field over the film and the fraction outlined, frame by frame."""
    level = fields.edge_level(cut, 0.0, level)
    missing = [name for name in names if name not in given]
    low, high, largest = dict.fromkeys(missing, np.inf), dict.fromkeys(missing, -np.inf), 0.0
    if missing or (level is None and parts):
        for place in places:
            frame = cut.isel(time=place)
            for name in missing:
                values = fields.in_tissue(frame, frame[name].load())
                low[name], high[name] = min(low[name], float(values.min())), max(high[name], float(values.max()))
            if level is None and parts:
                largest = max(largest, float(fields.tumor_fraction(frame, parts).max()))
    scales = {name: given[name] if name in given else maps.limits_between(low[name], high[name]) for name in names}
    return scales, fields.edge_level(cut, largest, level)


def _course(ds: xr.Dataset, course: str | None) -> xr.Dataset | None:
    """Return the variable over time to draw beneath the maps, in memory, with the doses; None for none."""
    known = [str(name) for name, values in ds.data_vars.items() if values.dims == ("time",)]
    if course and course not in known:
        raise unknown("variable over time", course, known)
    name = next((one for one in _COURSES if one in known), "") if course is None else course
    if not name:
        return None
    doses = [one for one in ("dose_time", "dose_drug", "dose_compartment") if one in ds]
    return ds[[name, *doses]].assign_attrs(course=name).load()


class _Cursor(NamedTuple):
    """What moves along the course of the size: a line at the time, and a point on the curve."""

    line: Line2D
    point: Line2D
    values: NDArray


class _Film:
    """The figure of a film, drawn once; each frame changes what moves in it."""

    def __init__(
        self,
        ds: xr.Dataset,
        plane: tuple[str, str],
        names: Sequence[str],
        scales: Mapping[str, tuple[float, float]],
        parts: Sequence[str],
        level: float | None,
        course: xr.Dataset | None,
        dpi: float,
    ):
        self.ds, self.plane, self.names, self.parts, self.level = ds, plane, names, parts, level
        self.heading = ""
        self.time = np.asarray(ds["time"].values, dtype=float)
        up, along = plane
        tall = _WIDTH * np.ptp(fields.edges(ds, up)) / np.ptp(fields.edges(ds, along))
        tall = float(np.clip(tall, _LOWEST, _HIGHEST))
        width, height = max(_WIDTH * len(names), 2 * _WIDTH), tall + 1.1 + (_COURSE if course is not None else 0)
        if width * height * dpi**2 > _MOST_PIXELS:
            raise InputError(f"frames of {width * dpi:.0f} x {height * dpi:.0f} pixels are too large; say dpi=100")
        self.figure = Figure(figsize=(width, height), dpi=dpi, layout="constrained")
        FigureCanvasAgg(self.figure)
        grid = self.figure.add_gridspec(
            1 if course is None else 2, len(names), height_ratios=None if course is None else [tall + 0.6, _COURSE]
        )
        self.panels = [self.figure.add_subplot(grid[0, place]) for place in range(len(names))]
        empty = np.full((ds.sizes[up], ds.sizes[along]), np.nan)
        self.images, self.outlines = [], []
        shrink = 0.96 if len(names) > 1 else 0.6
        for panel, name in zip(self.panels, names, strict=True):
            image = maps.draw_map(panel, ds, empty, plane, name, scales[name])
            title = style.label(ds[name], name)
            self.figure.colorbar(image, ax=panel, location="bottom", pad=0.09, aspect=22, shrink=shrink, label=title)
            self.images.append(image)
        maps.draw_scale_bar(self.panels[0], str(ds[along].attrs.get("units", "mm")))
        self.cursor = self._draw_course(self.figure.add_subplot(grid[1, :]), course) if course is not None else None

    def frames(
        self, places: Sequence[int], progress: Callable[[float, float], None] | None = None
    ) -> Iterator[NDArray[np.uint8]]:
        """Yield each frame as colors, shape (height, width, 3), on the layout of the first."""
        self._show(places[0])
        # The layout knows the aspect of the maps from the second drawing on.
        self.figure.canvas.draw()
        self.figure.canvas.draw()
        self.figure.set_layout_engine("none")
        for number, place in enumerate(places, start=1):
            self._show(place)
            self.figure.canvas.draw()
            yield np.asarray(self.figure.canvas.buffer_rgba())[..., :3]
            if progress is not None:
                progress(number, len(places))

    def _show(self, place: int) -> None:
        frame, (up, along) = self.ds.isel(time=place), self.plane
        tumor = fields.tumor_fraction(frame, self.parts)
        edge = None if tumor is None else tumor.transpose(up, along).values
        for old in self.outlines:
            old.remove()
        self.outlines = []
        for panel, image, name in zip(self.panels, self.images, self.names, strict=True):
            values = fields.in_tissue(frame, frame[name].load()).transpose(up, along).values
            image.set_data(np.ma.masked_invalid(values))
            lines = maps.draw_outline(panel, self.ds[along].values, self.ds[up].values, edge, self.level)
            self.outlines += [] if lines is None else [lines]
        text = "\n".join(part for part in (self.heading, fields.day(self.ds, self.time[place])) if part)
        self.figure.suptitle(text, x=0.01, ha="left", fontsize=style.NORMAL, fontweight="bold")
        if self.cursor is not None:
            self.cursor.line.set_data([self.time[place]] * 2, [0, 1])
            self.cursor.point.set_data([self.time[place]], [self.cursor.values[place]])

    def _draw_course(self, ax: Axes, course: xr.Dataset) -> _Cursor:
        """Draw the course of the size, and return what moves along it."""
        values = course[course.attrs["course"]]
        ax.plot(self.time, values, color=style.PALETTE[0], linewidth=1.5)
        ax.set_xlim(self.time[0], self.time[-1] if self.time.size > 1 else self.time[0] + 1)
        ax.set_ylim(0, 1.08 * float(values.max()) or 1.0)
        ax.set_xlabel(style.label(course["time"], "time"))
        ax.set_ylabel(style.label(values, str(values.name), 16))
        rows, labels = fields.dose_ticks(course)
        draw_doses(ax, rows, float(self.time[-1]), labels)
        (line,) = ax.plot([], [], color=style.FAINT, linewidth=0.9, transform=ax.get_xaxis_transform())
        (point,) = ax.plot([], [], "o", color=style.INK, markersize=4.5, clip_on=False)
        return _Cursor(line, point, values.values)


def _write(path: Path, frames: Iterator[NDArray[np.uint8]], fps: float, color_maps: Sequence[str]) -> None:
    """Write the frames one by one; a film that fails leaves no file."""
    try:
        if path.suffix.lower() == ".gif":
            _write_gif(path, frames, fps, color_maps)
        else:
            _write_mp4(path, frames, fps)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _write_gif(path: Path, frames: Iterator[NDArray[np.uint8]], fps: float, color_maps: Sequence[str]) -> None:
    """Write a GIF that loops; one palette for all frames, so that a color means the same in each."""
    palette = _palette(color_maps)
    duration = round(_CENTISECONDS / fps) * (1000 // _CENTISECONDS)
    with path.open("wb") as file:
        for place, colors in enumerate(frames):
            frame = Image.fromarray(colors).quantize(palette=palette, dither=Image.Dither.NONE)
            if place == 0:
                size = b"".join(side.to_bytes(2, "little") for side in frame.size)
                # Screen with a global table of 256 colors, then the extension that repeats for ever.
                table = bytes(palette.getpalette()).ljust(3 * _PALETTE, b"\0")
                file.write(b"GIF89a" + size + b"\xf7\0\0" + table)
                file.write(b"!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0")
            for block in GifImagePlugin.getdata(frame, duration=duration):
                file.write(block)
        file.write(b";")


def _palette(color_maps: Sequence[str]) -> Image.Image:
    """Return an image with the palette of a film: grays, line colors, and each color map in equal steps."""
    grays = np.repeat(np.linspace(0, 255, _GRAYS).round().astype(np.uint8)[:, None], 3, axis=1)
    accents = [tuple(int(color[place : place + 2], 16) for place in (1, 3, 5)) for color in style.PALETTE]
    distinct = list(dict.fromkeys(color_maps))
    each = (_PALETTE - _GRAYS - len(accents)) // len(distinct)
    ramps = [colormaps[name](np.linspace(0, 1, each), bytes=True)[:, :3] for name in distinct]
    table = np.concatenate([grays, np.asarray(accents, np.uint8), *ramps])
    image = Image.new("P", (1, 1))
    image.putpalette(table.ravel().tolist())
    return image


def _write_mp4(path: Path, frames: Iterator[NDArray[np.uint8]], fps: float) -> None:
    """Hand the frames to ffmpeg one by one."""
    first = next(frames)
    # The codec wants even sides.
    height, width = (side - side % 2 for side in first.shape[:2])
    command = [
        FFMpegWriter.bin_path(), "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24",
        "-s", f"{width}x{height}", "-r", f"{fps:g}", "-i", "-", "-pix_fmt", "yuv420p", str(path),
    ]  # fmt: skip
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as ffmpeg:
        try:
            for colors in chain([first], frames):
                ffmpeg.stdin.write(np.ascontiguousarray(colors[:height, :width]).tobytes())
        except BrokenPipeError:
            pass
        said = ffmpeg.communicate()[1].decode(errors="replace").strip()
    if ffmpeg.returncode:
        raise InputError(f"{path.name}: ffmpeg failed: {said.splitlines()[-1] if said else ffmpeg.returncode}")
