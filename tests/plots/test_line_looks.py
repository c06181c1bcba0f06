"""Lines of treatment in figures: every line has its name and its look, whichever arms are drawn."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex, to_rgb

from ossim import plots
from ossim.dataset import DAYS_PER_MONTH
from ossim.errors import InputError
from ossim.plots.lines import line_looks, line_names, on_line

mpl.use("Agg")
SEQUENCE = "sorafenib, everolimus, sorafenib"
LABELS = {
    "untreated": ["no drug", "", ""],
    "sorafenib": ["sorafenib", "", ""],
    "sorafenib + everolimus": ["sorafenib + everolimus", "", ""],
    SEQUENCE: ["sorafenib", "everolimus", "sorafenib (line 3)"],
}


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def named(trial):
    return trial.assign(line_label=(("arm", "line"), [LABELS[str(arm)] for arm in trial["arm"].values]))


def legend(axes):
    return {text.get_text() for text in np.ravel(axes)[0].figure.legends[0].get_texts()}


def bars(ax):
    """Start, width, color and hatch of every bar of an Axes."""
    return [
        (bar.get_x(), bar.get_width(), to_hex(bar.get_facecolor()), bar.get_hatch())
        for container in ax.containers
        for bar in container
    ]


def hue(color):
    return mpl.colors.rgb_to_hsv(to_rgb(color))[0]


def test_no_two_lines_look_alike(named):
    looks = line_looks(named)
    assert set(looks) == {"everolimus", "no drug", "sorafenib", "sorafenib (line 3)", "sorafenib + everolimus"}
    assert len(set(looks.values())) == len(looks)
    assert len({look.color for look in looks.values()}) == len(looks)


def test_one_drug_given_again_keeps_its_hue_paler_and_hatched(named):
    first, again = (line_looks(named)[name] for name in ("sorafenib", "sorafenib (line 3)"))
    assert hue(first.color) == pytest.approx(hue(again.color), abs=0.02)
    assert sum(to_rgb(again.color)) > sum(to_rgb(first.color))
    assert not first.hatch and again.hatch


def test_look_depends_neither_on_the_arms_drawn_nor_on_their_order(named):
    looks, turned = line_looks(named), line_looks(named.isel(arm=slice(None, None, -1)))
    assert {name: turned[name] for name in looks} == looks
    whole = np.ravel(plots.swimmer(named))[-1]
    alone = np.ravel(plots.swimmer(named, arms=[SEQUENCE]))[0]
    assert bars(whole) == bars(alone)


def test_doses_of_one_drug_share_a_hue_and_differ(named):
    doses = named.copy()
    doses["line_label"] = doses["line_label"].copy(
        data=[["sorafenib 400 mg", "sorafenib 200 mg", "sorafenib 400 mg (line 3)"]] * 4
    )
    looks = list(line_looks(doses).values())
    assert len(set(looks)) == 3
    assert [hue(look.color) for look in looks] == pytest.approx([hue(looks[0].color)] * 3, abs=0.02)


def test_many_own_names_are_all_told_apart(named):
    many = named.copy()
    many["line_label"] = many["line_label"].copy(data=[[f"phase {arm}{line}" for line in range(3)] for arm in "abcd"])
    assert len(set(line_looks(many).values())) == 12


def test_without_names_lines_are_numbered(trial):
    assert line_names(trial, SEQUENCE) == ["1st line", "2nd line", "3rd line"]
    assert len(set(line_looks(trial).values())) == 3


def test_swimmer_draws_every_line_where_it_was_given(named):
    ax = plots.swimmer(named, arms=[SEQUENCE])
    table, looks = plots.swimmer_table(named, arms=[SEQUENCE]).isel(arm=0), line_looks(named)
    drawn = {(round(x, 9), round(width, 9), color, hatch) for x, width, color, hatch in bars(ax)}
    for line, name in enumerate(LABELS[SEQUENCE]):
        start, end = (table[edge].isel(line=line).values / DAYS_PER_MONTH for edge in ("line_start", "line_end"))
        end = np.fmin(end, table["follow_up"].values / DAYS_PER_MONTH)
        look = looks[name]
        for here in np.flatnonzero(~np.isnan(start)):
            bar = round(start[here], 9), round(end[here] - start[here], 9), look.color.lower(), look.hatch or None
            assert bar in drawn or (*bar[:3], "") in drawn
    assert set(LABELS[SEQUENCE]) <= legend(ax)


def test_line_that_nobody_began_is_passed_over_and_not_confused(named):
    """A rule may go from the first line to the third: the bars of the third keep its look."""
    skipped = named.sel(arm=[SEQUENCE]).copy(deep=True)
    for name in ("line_start", "line_end", "progression_time"):
        skipped[name][:, :, 1] = np.nan
    ax = plots.swimmer(skipped)
    looks = line_looks(skipped)
    colors = {color for _, _, color, _ in bars(ax)}
    assert looks["sorafenib (line 3)"].color.lower() in colors
    assert looks["everolimus"].color.lower() not in colors
    assert "everolimus" not in legend(ax)


def test_patient_draws_the_lines_of_each_arm_in_their_looks(named):
    one = named.sel(arm=SEQUENCE)
    on_third = one["line_start"].sel(line=2).notnull().values
    number = next(int(tracked) for tracked in named["tracked"].values if on_third[tracked])
    axes = plots.patient(named, patient=number, arms=["sorafenib", SEQUENCE])
    looks = line_looks(named)
    given = ["sorafenib", *LABELS[SEQUENCE]]
    assert [color for _, _, color, _ in bars(axes[0])] == [looks[name].color.lower() for name in given]
    starts = [0.0, *(one["line_start"].values[number] / DAYS_PER_MONTH)]
    assert [x for x, *_ in bars(axes[0])] == pytest.approx(starts)
    assert set(given) <= legend(axes)


def test_figures_of_one_line_name_what_is_given_in_it(named):
    assert plots.spider(named, line=1).get_title(loc="left") == f"{SEQUENCE}: everolimus"
    assert plots.waterfall(named, line=2).get_title(loc="left") == f"{SEQUENCE}:\nsorafenib (line 3)"
    assert plots.spider(named, line=1).get_xlabel() == "Time since start of 2nd line [month]"
    curve = plots.kaplan_meier(named, line=1)
    assert curve.get_xlabel() == "Time since start of 2nd line [month]"
    (text,) = legend(curve)
    assert text.startswith(f"{SEQUENCE}: everolimus")
    assert legend(plots.biomarkers(named, line=1)) == {f"{SEQUENCE}: everolimus"}


def test_figures_of_all_lines_name_arms_only(named):
    (text,) = legend(plots.kaplan_meier(named, endpoint="overall_survival", arms=[SEQUENCE]))
    assert text.startswith(f"{SEQUENCE}\nmedian")
    assert on_line(named, ["sorafenib"], None) == "sorafenib"


def test_planned_doses_stand_above_the_first_line_only(named):
    assert "planned\ndoses" in [text.get_text() for text in plots.biomarkers(named, line=0)[0].texts]
    assert "planned\ndoses" not in [text.get_text() for text in plots.biomarkers(named, line=1)[0].texts]


def test_line_that_there_is_not_is_refused(named):
    for kind in ("spider", "waterfall", "biomarkers"):
        with pytest.raises(InputError, match="there is no treatment line 7"):
            plots.find(kind)(named, line=7)


def test_cohort_that_never_saw_a_visit_has_an_empty_spider(named):
    """Everybody died before the first visit."""
    gone = named.copy(deep=True)
    gone["visit_time"][:, :, 1:] = np.nan
    gone["line_at_visit"][:, :, 1:] = -1
    axes = np.ravel(plots.spider(gone))
    assert "0 of 60 patients" in axes[0].texts[0].get_text()
