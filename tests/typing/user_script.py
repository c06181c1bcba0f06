"""A script as a user writes it: the examples of the README, for type checkers; it is not run."""

import numpy as np
import xarray as xr

import ossim

ds: xr.Dataset = ossim.simulate(
    "hahnfeldt1999",
    times=np.linspace(0, 13, 5),
    doses=[dict(time=0, amt=20, cmt="endostatin", ii=1, addl=30)],
    parameters={"growth_rate": [0.15, 0.192]},
)
names: tuple[str, ...] = (*ossim.models(), *ossim.drugs(), *ossim.trials())
scenario = ossim.loads(
    """
cohort: {population: relapsed, size: 100}
arms: {sorafenib: {regimen: sorafenib 400 mg b.i.d.}}
visits: {every: 8 weeks, until: 1 year}
"""
)
assert isinstance(scenario, ossim.config.Scenario)
size: int = scenario.cohort.size
until: float = scenario.visits.until
first: str = scenario.arms[0].name
trial: xr.Dataset = ossim.run(scenario)
pfs = ossim.endpoints.progression_free_survival(trial)
rate: xr.Dataset = ossim.endpoints.event_free_rate(pfs, at=4 * 30.44)
orr: xr.Dataset = ossim.endpoints.value(trial, "ORR")
rows = ossim.report.endpoint_rows(trial)
share: float = rows[0]["value"]
ax = ossim.plots.kaplan_meier(trial)
ax.set_title("Sorafenib")
bigger = scenario.with_overrides({"cohort.size": 200})
swept: xr.Dataset = ossim.run_sweep(bigger)
