"""Every model of the catalogue runs from its config, agrees with SciPy, and is not moved by a dose of zero."""

from pathlib import Path

import numpy as np
import pytest
from scipy_oracle import reference

import ossim
from ossim.model import TRIALS, model, models, ode_models
from ossim.model.page import page

CONFIGS = Path(__file__).parents[2] / "configs" / "published"
NAMES = list(ode_models())
RTOL, ATOL = 1e-8, 1e-10
MOST_TIMES = 25
#: a tolerance bounds the error of a step; over a whole course errors add up and are carried along
SCALED_ERROR = 5.0


def _run(config, **changes):
    given = {
        "initial": dict(config.initial),
        "doses": [dict(row) for row in config.doses],
        "parameters": {
            key: value[0] if isinstance(value, tuple) else value for key, value in config.parameters.items()
        },
        "parameter_set": config.parameter_set,
    }
    return given | changes


@pytest.fixture(scope="module", params=NAMES)
def config(request):
    return ossim.load(CONFIGS / f"{request.param}.yaml")


def test_every_model_has_a_config():
    assert sorted(path.stem for path in CONFIGS.glob("*.yaml")) == sorted(set(models()) - set(TRIALS))


def test_model_agrees_with_scipy(config):
    declared, given = model(config.model), _run(config)
    times = np.array(config.times)[:: max(1, len(config.times) // MOST_TIMES)]
    expected = reference(declared, times, **given)
    found = ossim.simulate(config.model, times, **given, rtol=RTOL, atol=ATOL)
    assert int(found.status) == 0
    for index, symbol in enumerate(declared.system.states):
        values = found[declared.states[symbol].name].values
        scale = ATOL + RTOL * np.abs(expected[:, index]).max()
        assert (np.abs(values - expected[:, index]) / scale).max() < SCALED_ERROR, symbol


def test_dose_of_zero_is_no_dose(config):
    declared, given = model(config.model), _run(config)
    if not declared.compartments:
        pytest.skip("takes no doses")
    times = config.times[:: max(1, len(config.times) // MOST_TIMES)]
    nothing = [{**row, "amt": 0.0} for row in given["doses"]]
    treated = ossim.simulate(config.model, times, **{**given, "doses": nothing})
    untreated = ossim.simulate(config.model, times, **{**given, "doses": []})
    for state in declared.states.values():
        np.testing.assert_array_equal(treated[state.name], untreated[state.name])


def test_page_holds_equations_and_sources(config):
    text = page(config.model)
    declared = model(config.model)
    for symbol in declared.system.states:
        assert f"d{symbol}/dt = " in text
    for name in declared.parameters:
        assert f"\n{name} " in text
    assert "\nsources\n" in text
