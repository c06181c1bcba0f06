"""A figure becomes a file: its resolution, the note beneath it, and its end in memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from numpy.typing import NDArray

from ossim.plots import style

DOTS_PER_INCH = 150


def save(axes: Axes | NDArray, path: str | Path, *, note: str = "") -> Path:
    """Write the figure that holds `axes` to `path` and close it.

    Parameters
    ----------
    axes : what a figure function returned
    path : where to; its suffix is the format, such as .png, .pdf or .svg
    note : text written small beneath the figure
    """
    figure = np.ravel(np.asarray(axes, dtype=object))[0].figure
    if note:
        style.footnote(figure, note)
    figure.savefig(path, dpi=DOTS_PER_INCH, bbox_inches="tight")
    plt.close(figure)
    return Path(path)
