"""A figure that is saved is a file, and no longer in memory."""

import matplotlib as mpl
from matplotlib import pyplot as plt

from ossim import plots

mpl.use("Agg")


def test_save_writes_and_closes(trial, tmp_path):
    axes = plots.waterfall(trial)
    number = axes[0].figure.number
    path = plots.save(axes, tmp_path / "waterfall.png")
    assert path.stat().st_size > 0
    assert not plt.fignum_exists(number)


def test_note_stands_beneath_the_panels(trial, tmp_path):
    axes = plots.waterfall(trial)
    height = axes[0].figure.get_figheight()
    plots.save(axes, tmp_path / "waterfall.png", note="assumed: " + "value " * 60)
    figure = axes[0].figure
    assert figure.get_figheight() > height
    assert "\nassumed: value" in figure.get_supxlabel()
