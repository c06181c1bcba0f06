"""Every endpoint by one name and by the words of a table: in sweeps, comparisons, on the command line, in Python."""

from __future__ import annotations

import numpy as np
import pytest
from synthetic import make_trial

import ossim
from ossim import endpoints
from ossim.cli import main
from ossim.endpoints.outcome import load, names, parse_outcome, published
from ossim.errors import InputError

MONTH = 30.44
CONFIG = """
seed: 4
cohort: {{population: relapsed, size: 12}}
arms: {{a: {{regimen: sorafenib 400 mg b.i.d.}}, b: {{regimen: none}}}}
visits: {{every: 6 weeks, until: 1 year}}
output: {{trajectories: 0}}
sweep: {{axes: {{seed: [4, 5]}}, outcomes: [{outcomes}]}}
"""
#: text -> endpoint, statistic, time
SAME = {
    "progression_free_rate at 4 months": ("progression_free_survival", "rate", 4 * MONTH),
    "progression_free_survival rate at 4 months": ("progression_free_survival", "rate", 4 * MONTH),
    "PFS at 4 months": ("progression_free_survival", "rate", 4 * MONTH),
    "PFS 4 mo": ("progression_free_survival", "rate", 4 * MONTH),
    "pfs 4 months": ("progression_free_survival", "rate", 4 * MONTH),
    "event_free_rate at 12 weeks": ("progression_free_survival", "rate", 84.0),
    "progression_free_survival median": ("progression_free_survival", "median", None),
    "median progression_free_survival": ("progression_free_survival", "median", None),
    "median_progression_free_survival": ("progression_free_survival", "median", None),
    "median PFS": ("progression_free_survival", "median", None),
    "median PFS (mo)": ("progression_free_survival", "median", None),
    "overall_survival_rate at 1 year": ("overall_survival", "rate", 365.25),
    "OS at 1 year": ("overall_survival", "rate", 365.25),
    "median OS": ("overall_survival", "median", None),
    "overall_survival restricted_mean 24 weeks": ("overall_survival", "restricted_mean", 168.0),
    "restricted mean OS at 24 weeks": ("overall_survival", "restricted_mean", 168.0),
    "RMST OS at 24 weeks": ("overall_survival", "restricted_mean", 168.0),
    "ORR": ("objective_response", "rate", None),
    "objective_response_rate": ("objective_response", "rate", None),
    "objective_response": ("objective_response", "rate", None),
    "median TTF": ("time_to_failure", "median", None),
    "time_to_failure_rate at 24 weeks": ("time_to_failure", "rate", 168.0),
    "time_to_burden median": ("time_to_burden", "median", None),
    "best_response PD": ("best_response", "PD", None),
    "best_change": ("best_change", "median", None),
}


@pytest.mark.parametrize("text", SAME)
def test_text_means_one_endpoint_statistic_and_time(text):
    found = parse_outcome(text)
    assert (found.endpoint, found.statistic, found.time) == pytest.approx(SAME[text])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ORRR", "did you mean 'ORR'"),
        ("overal_survival median", "did you mean 'overall_survival'"),
        ("overall_survival medan", "did you mean 'median'"),
        ("PFS", "needs one of median, restricted_mean, rate"),
        ("PFS at 4 monthz", "did you mean 'month'"),
        ("median PFS at 4 months", "'4 months' is not wanted here"),
        ("progression_free_rate", "needs a time"),
        ("OS at -4 months", "needs one of"),
        ("", "must be the name of an outcome"),
        (3, "must be the name of an outcome"),
    ],
)
def test_what_names_no_outcome_is_one_line(text, words):
    with pytest.raises(InputError) as raised:
        parse_outcome(text)
    assert words in str(raised.value) and "\n" not in str(raised.value)


def test_values_are_those_of_the_functions():
    trial = make_trial(n_patients=40)
    response = endpoints.objective_response(trial)["rate"].values
    np.testing.assert_array_equal(endpoints.value(trial, "ORR")["value"], response)
    events = endpoints.overall_survival(trial)
    rate = endpoints.event_free_rate(events, 6 * MONTH)
    found = endpoints.value(trial, "OS at 6 months")
    np.testing.assert_array_equal(found["value"], rate["rate"])
    expected = np.sqrt(rate["rate"] * (1 - rate["rate"]) / rate["n"])
    np.testing.assert_allclose(found["error"], expected, rtol=1e-12)
    groups = zip(events["time"].values, events["event"].values, strict=True)
    medians = [endpoints.median_time(endpoints.kaplan_meier(*group))[0] for group in groups]
    np.testing.assert_array_equal(endpoints.value(trial, "median OS")["value"], medians)
    shares = [endpoints.value(trial, f"best_response {code}")["value"] for code in ("CR", "PR")]
    np.testing.assert_allclose(sum(shares), response, rtol=1e-12)


def test_options_are_given_beside_the_name():
    trial = make_trial(n_patients=40)
    with_minor = endpoints.objective_response(trial, with_minor=True)["rate"].values
    found = endpoints.value(trial, {"outcome": "ORR", "with_minor": True})
    np.testing.assert_array_equal(found["value"], with_minor)
    with pytest.raises(InputError, match="with_minr"):
        endpoints.value(trial, {"outcome": "ORR", "with_minr": True})


def test_every_endpoint_is_named_in_a_sweep_with_the_value_of_a_single_trial():
    outcomes = ["ORR", "median PFS", "PFS at 4 months", "OS at 24 weeks", "time_to_burden restricted_mean 12 weeks",
                "best_response PD", "best_change", "median TTF"]  # fmt: skip
    scenario = ossim.loads(CONFIG.format(outcomes=", ".join(outcomes)))
    assert {outcome.endpoint for outcome in scenario.sweep.outcomes} == set(names())
    assert ossim.loads(ossim.sections.text.dump(scenario.resolved())) == scenario
    swept = ossim.run_sweep(scenario)
    for place, seed in enumerate((4, 5)):
        trial = ossim.run(scenario.without_sweep().with_overrides({"seed": seed}))
        for outcome in scenario.sweep.outcomes:
            single = endpoints.value(trial, outcome.text, failed="exclude")
            np.testing.assert_array_equal(swept[outcome.variable].isel(run=place), single["value"])
            assert swept[outcome.variable].attrs["units"] == single["value"].attrs["units"]


def test_option_of_an_outcome_in_a_config_is_checked_with_line_and_nearest_name():
    text = CONFIG.format(outcomes="{outcome: ORR, confirmd: true}")
    with pytest.raises(InputError) as raised:
        ossim.loads(text, "c.yaml")
    (fault,) = raised.value.faults
    assert str(fault).startswith("c.yaml:7: sweep.outcomes[0].confirmd: unknown key") and "'confirmed'" in str(fault)


@pytest.mark.parametrize("name", names())
def test_published_outcome_is_computed_by_the_endpoint_of_its_name(name):
    trial = make_trial(n_patients=30)
    arm = str(trial["arm"].values[0])
    for alias in (name, *load(name).aliases):
        endpoint, meant = published(alias)
        timed = load(endpoint).statistics[meant.statistic]
        row = {"arm": arm, "endpoint": alias, "value": 0.5, "time": 6 * MONTH if timed else None}
        compared = endpoints.compare(trial, [row])
        options = load(endpoint).Options.model_validate(dict(meant.options))
        expected = load(endpoint).estimate(trial.sel(arm=[arm]), meant.statistic, row["time"], options)
        np.testing.assert_array_equal(compared["simulated"], expected.value)


@pytest.mark.parametrize("name", names())
def test_command_line_describes_every_endpoint(capsys, name):
    assert main(["endpoints"]) == 0
    assert name in capsys.readouterr().out
    assert main(["endpoints", name]) == 0
    described = capsys.readouterr().out
    assert all(statistic in described for statistic in load(name).statistics)
    assert all(key in described for key in load(name).Options.model_fields)
    assert main(["endpoints", f"{name}x"]) == 2
    assert f"did you mean '{name}'" in capsys.readouterr().err
