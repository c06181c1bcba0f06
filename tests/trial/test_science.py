"""The shipped population gives what it gave when it was calibrated, trial by trial and mechanism by mechanism."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import ossim
from ossim import catalog, endpoints
from ossim.catalog.reading import load

CONFIGS = Path(__file__).parents[2] / "configs" / "experiments"
SOURCES = {
    "calibration_8_weeks": "calibration",
    "calibration_6_weeks": "calibration",
    "heldout_4_weeks": "heldout",
    "heldout_8_weeks": "heldout",
}
#: seeds that no calibration used
FRESH_SEEDS = (1, 2, 3)
#: standard errors, of a simulated share against a simulated share
FARTHEST = 3.0
FIRST_SCAN = 1
#: half a unit of the last printed digit of a difference of two rates
ROUNDING = 0.01
REGORAFENIB_WITHOUT_PAUSE = "regorafenib 160 mg q.d."

REFERENCE = load("targets", "model_column")
SHARES = {item["name"]: item for item in REFERENCE["values"]}


def simulated_shares(size, seed):
    """Target name -> simulated share, over the configs that imitate the trials."""
    found = {}
    for config, kind in SOURCES.items():
        changes = {"cohort.size": size, "seed": seed}
        if kind == "heldout":
            changes["arms.regorafenib.regimen"] = REGORAFENIB_WITHOUT_PAUSE
        scenario = ossim.load(CONFIGS / f"{config}.yaml").with_overrides(changes)
        dataset = ossim.run(scenario)
        arms = {item.trial: item.arm for item in scenario.compare_with}
        for target in catalog.targets(kind):
            if target.trial in arms:
                found[target.name] = share(dataset, arms[target.trial], target)
    return found


def share(dataset, arm, target):
    one = dataset.sel(arm=[arm])
    if target.response_window is not None:
        return float(endpoints.objective_response(one, until=target.response_window)["rate"][0])
    events = endpoints.progression_free_survival(one)
    return float(endpoints.event_free_rate(events, target.time)["rate"][0])


def standard_score(value, n, item):
    p = item["value"]
    return (value - p) / np.sqrt(p * (1 - p) * (1 / n + 1 / item["n"]))


@pytest.fixture(scope="module")
def few():
    return simulated_shares(1000, FRESH_SEEDS[0])


@pytest.fixture(scope="module")
def many():
    runs = [simulated_shares(4000, seed) for seed in FRESH_SEEDS]
    return {name: [run[name] for run in runs] for name in SHARES}


def test_every_target_has_a_value_at_calibration():
    assert set(SHARES) == {target.name for kind in ("calibration", "heldout") for target in catalog.targets(kind)}


@pytest.mark.parametrize("name", SHARES)
def test_share_is_that_of_the_calibration(few, name):
    assert abs(standard_score(few[name], 1000, SHARES[name])) < FARTHEST


@pytest.mark.slow
@pytest.mark.parametrize("name", SHARES)
def test_share_is_that_of_the_calibration_on_several_seeds(many, name):
    """Each seed alone and all together; the reference itself is one seed of 3000 patients."""
    scores = [standard_score(value, 4000, SHARES[name]) for value in many[name]]
    pooled = standard_score(np.mean(many[name]), 4000 * len(FRESH_SEEDS), SHARES[name])
    assert max(np.abs([*scores, pooled])) < FARTHEST


def sorafenib(size, seed, parameters=None, every="8 weeks", until="48 weeks", arms=None):
    arms = arms or {"sorafenib": "sorafenib 400 mg b.i.d."}
    lines = [f"  {name}: {{regimen: {text}, beyond_progression: true}}" for name, text in arms.items()]
    text = "\n".join(
        [
            f"seed: {seed}",
            f"cohort: {{size: {size}}}",
            "arms:",
            *lines,
            f"visits: {{every: {every}, until: {until}}}",
            "output: {trajectories: 0}",
        ]
    )
    scenario = ossim.loads(text)
    # a mechanism switched off lies outside the bounds a config may use
    cohort = scenario.cohort.model_copy(update={"parameters": parameters or {}})
    return ossim.run(scenario.model_copy(update={"cohort": cohort}))


@pytest.fixture(scope="module")
def waterfall():
    """Change of the sum of diameters at day 56 of patients alive then, true and measured, by arm."""
    arms = {
        "sorafenib": "sorafenib 400 mg b.i.d.",
        "regorafenib": REGORAFENIB_WITHOUT_PAUSE,
        "untreated": "none",
    }
    ds = sorafenib(2000, FRESH_SEEDS[0], until="8 weeks", arms=arms)
    changes = {}
    for arm in arms:
        for name in ("true_sum_of_diameters", "sum_of_diameters"):
            total = ds[name].sel(arm=arm)
            change = (total.isel(visit=FIRST_SCAN) / total.isel(visit=0) - 1).values
            changes[arm, name] = change[np.isfinite(change)]
    return changes


WATERFALL = REFERENCE["waterfall"]["arms"]


@pytest.mark.parametrize("arm", WATERFALL)
@pytest.mark.parametrize("what", ["within", "shrank"])
def test_waterfall_shares(waterfall, arm, what):
    measured = what == "shrank" and arm == "untreated"
    change = waterfall[arm, "sum_of_diameters" if measured else "true_sum_of_diameters"]
    found = np.mean((change >= -0.3) & (change <= 0.2)) if what == "within" else np.mean(change < 0)
    item = {"value": WATERFALL[arm][what], "n": WATERFALL[arm]["n"]}
    assert abs(standard_score(found, change.size, item)) < FARTHEST


@pytest.mark.parametrize("arm", WATERFALL)
def test_waterfall_medians(waterfall, arm):
    change = waterfall[arm, "true_sum_of_diameters"]
    rng = np.random.default_rng(1)
    medians = [np.median(rng.choice(change, change.size)) for _ in range(200)]
    error = np.std(medians) * np.sqrt(1 + change.size / WATERFALL[arm]["n"])
    # printed in whole per cent
    assert abs(np.median(change) - WATERFALL[arm]["median"]) < 0.005 + FARTHEST * error


def test_no_tumor_shrinks_without_drug(waterfall):
    """Not even when the sum is read without error; readings shrink in some."""
    assert not (waterfall["untreated", "true_sum_of_diameters"] < 0).any()
    assert (waterfall["untreated", "sum_of_diameters"] < 0).any()


@pytest.mark.parametrize("name", ["vegf", "svegfr2"])
def test_biomarkers_on_continuous_drug(name):
    ds = sorafenib(1000, FRESH_SEEDS[0], every="4 weeks", until="12 weeks")
    medians = ds[name].isel(arm=0).median("patient").values[1:]
    reference = REFERENCE["biomarkers"][name]
    half = {"vegf": 0.05, "svegfr2": 0.005}[name]  # half a unit of the last printed digit
    spread = ds[name].isel(arm=0, visit=1).std("patient").item()
    error = FARTHEST * 1.25 * spread / np.sqrt(1000)  # a median is 1.25 times as uncertain as a mean
    assert (medians > reference["low"] - half - error).all()
    assert (medians < reference["high"] + half + error).all()
    assert name == "vegf" or medians[0] > medians[-1]


KNOCK_OUTS = {
    "no_bypass": {"bypass_strength": 0.0},
    "no_resistant_clone": {"tki_resistant_fraction": 0.0},
    "no_direct_kill": {"kill_rate_tki": 0.0},
    "no_vegf_drive": {"vegf_exponent": 0.0},
}


def rates(ds):
    events = endpoints.progression_free_survival(ds)
    at = (121.75, 182.6)
    free = [float(endpoints.event_free_rate(events, time)["rate"][0]) for time in at]
    return np.array([*free, float(endpoints.objective_response(ds)["rate"][0])])


@pytest.fixture(scope="module")
def base():
    return rates(sorafenib(4000, FRESH_SEEDS[0]))


@pytest.mark.slow
@pytest.mark.parametrize("name", KNOCK_OUTS)
def test_what_each_mechanism_is_worth(base, name):
    """Differences from the base run, which share their patients in both: far less noisy than the rates."""
    printed = REFERENCE["knock_outs"]["arms"]
    keys = ("progression_free_4_months", "progression_free_6_months", "objective_response")
    expected = np.array([printed[name][key] - printed["base"][key] for key in keys])
    found = rates(sorafenib(4000, FRESH_SEEDS[0], KNOCK_OUTS[name])) - base
    # paired: only patients whose outcome changes count
    error = np.sqrt(np.abs(expected) * (1 / 4000 + 1 / 3000))
    assert (np.abs(found - expected) < ROUNDING + FARTHEST * error).all()
