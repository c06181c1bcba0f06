"""What a switch of line resets: drugs that are on or off stop acting, true progression starts anew."""

from __future__ import annotations

import numpy as np

import ossim

CONFIG = """
seed: 9
cohort: {{population: relapsed, size: 30}}
arms:
  switched: {{strategy: sequence, lines: [{drug}, none], switch: 8 weeks, beyond_progression: true}}
  by_calendar: {{regimen: {drug} until 8 weeks, beyond_progression: true}}
  goes_on: {{regimen: {drug}, beyond_progression: true}}
visits: {{every: 8 weeks, until: 32 weeks, measurement_error: 0}}
output: {{trajectories: 0}}
"""


def sizes(trial, arm):
    return trial["true_sum_of_diameters"].sel(arm=arm).transpose("patient", "visit").values


def test_on_off_drug_does_not_act_after_its_line():
    """Sirolimus is on or off: a line that ends after eight weeks is the same as a calendar of eight weeks."""
    trial = ossim.run(ossim.loads(CONFIG.format(drug="sirolimus 4 mg q.d.")))
    np.testing.assert_allclose(sizes(trial, "switched"), sizes(trial, "by_calendar"), rtol=1e-5)
    later = sizes(trial, "switched")[:, -1] / sizes(trial, "goes_on")[:, -1]
    assert np.nanmedian(later) > 1.05, "tumors on the drug are smaller"


SEQUENCE = """
seed: 9
cohort: {population: relapsed, size: 40}
arms: {a: {strategy: sequence, lines: [sorafenib 400 mg b.i.d., everolimus 10 mg q.d., none]}}
visits: {every: 4 weeks, until: 1 year}
output: {trajectories: 40, every: 0.5 days}
"""


def test_true_progression_is_dated_anew_in_each_line():
    """In the second line: the first time that the sum is 20 % and 5 mm over its smallest since that line began."""
    trial = ossim.run(ossim.loads(SEQUENCE)).isel(arm=0)
    dated = 0
    for patient in range(trial.sizes["tracked"]):
        start, end, crossed = (
            float(trial[name].isel(patient=patient, line=1))
            for name in ("line_start", "line_end", "true_progression_time")
        )
        if np.isnan(start) or np.isnan(crossed):
            continue
        assert start <= crossed <= end, "a progression of the second line lies within it"
        path = trial["trajectory_sum_of_diameters"].isel(tracked=patient).dropna("time").sel(time=slice(start, None))
        lowest = np.minimum.accumulate(path.values)
        grown = np.flatnonzero((path.values >= 1.2 * lowest) & (path.values >= lowest + 5.0))
        day = float(path["time"][grown[0]]) if grown.size else np.inf
        if crossed < day - 1.0:
            continue  # a new lesion came first
        assert abs(crossed - day) <= 0.6
        dated += 1
    assert dated >= 5
