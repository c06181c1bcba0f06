"""Names of lines of treatment: what is given, and no more words than it takes to tell lines apart."""

from __future__ import annotations

import pytest

import ossim
from ossim.dosing import parse_regimens
from ossim.strategies.lines import line_labels


def lines(*texts):
    return tuple(() if text == "none" else tuple(parse_regimens(text)) for text in texts)


S400, S200, E10 = "sorafenib 400 mg b.i.d.", "sorafenib 200 mg b.i.d.", "everolimus 10 mg q.d."

NAMES = [
    (("none",), ["no drug"]),
    ((S400,), ["sorafenib"]),
    ((f"{S400}; {E10}",), ["sorafenib + everolimus"]),
    # one drug with two regimens is one drug
    (("sorafenib 400 mg b.i.d. until 12 weeks; everolimus 10 mg q.d. from 12 weeks until 24 weeks; "
      "sorafenib 400 mg b.i.d. from 24 weeks",), ["sorafenib + everolimus"]),
    ((S400, E10, S400), ["sorafenib", "everolimus", "sorafenib (line 3)"]),
    ((S400, "none", S400, "none"), ["sorafenib", "no drug", "sorafenib (line 3)", "no drug (line 4)"]),
    ((S400, S400, S400), ["sorafenib", "sorafenib (line 2)", "sorafenib (line 3)"]),
    ((S400, S200), ["sorafenib 400 mg", "sorafenib 200 mg"]),
    ((S400, S200, S400), ["sorafenib 400 mg", "sorafenib 200 mg", "sorafenib 400 mg (line 3)"]),
    ((S400, E10, S200), ["sorafenib 400 mg", "everolimus", "sorafenib 200 mg"]),
    ((S400, f"{S400}; {E10}"), ["sorafenib", "sorafenib + everolimus"]),
    # one dose, two schedules
    ((S400, "sorafenib 400 mg q.d."), ["sorafenib 400 mg b.i.d.", "sorafenib 400 mg q.d."]),
    (("doxorubicin 75 mg/m^2 every 3 weeks", "doxorubicin 60 mg/m^2 every 3 weeks"),
     ["doxorubicin 75 mg/m^2", "doxorubicin 60 mg/m^2"]),
]  # fmt: skip


@pytest.mark.parametrize(("texts", "expected"), NAMES, ids=lambda value: " | ".join(value)[:60])
def test_lines_of_an_arm_are_named_apart(texts, expected):
    found = line_labels(lines(*texts))
    assert list(found) == expected
    assert len(set(found)) == len(texts)


def test_one_treatment_has_one_name_in_all_arms_and_another_dose_another():
    text = f"""
cohort: {{population: relapsed, size: 2}}
arms:
  full: {{regimen: {S400}}}
  half: {{regimen: {S200}}}
  both: {{strategy: sequence, lines: [{S400}, {E10}, {S200}, {S400}]}}
visits: {{every: 8 weeks, until: 16 weeks}}
"""
    labels = ossim.run(ossim.loads(text))["line_label"]
    assert labels.sel(arm="full").values.tolist() == ["sorafenib 400 mg", "", "", ""]
    assert labels.sel(arm="half").values.tolist() == ["sorafenib 200 mg", "", "", ""]
    both = ["sorafenib 400 mg", "everolimus", "sorafenib 200 mg", "sorafenib 400 mg (line 4)"]
    assert labels.sel(arm="both").values.tolist() == both
