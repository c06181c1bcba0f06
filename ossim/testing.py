"""Checks of extensions: does a model, strategy, criterion, endpoint, figure or file of facts keep its contract?

`check_all()` tries everything that is registered, of the package, of the folders in ``OSSIM_PATH`` and of installed
packages; `check(kind, name)` one. Both raise `AssertionError` or `InputError`. In a test suite of your own::

    import pytest
    from ossim.testing import check, registered


    @pytest.mark.parametrize("kind, name", registered())
    def test_extension(kind, name):
        check(kind, name)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ossim import catalog, criteria, plots, registry
from ossim.config import loads
from ossim.dataset import Response
from ossim.endpoints import outcome
from ossim.errors import InputError, unknown
from ossim.model import model
from ossim.sections.base import Section
from ossim.strategies import STOP, Strategy, Visit, decide_checked, strategy
from ossim.strategies.checks import check_plan
from ossim.trial.run import run

_TRIAL = """
seed: 11
cohort: {population: relapsed, size: 6}
arms: {a: {regimen: sorafenib 400 mg b.i.d.}, b: {regimen: none}}
visits: {every: 8 weeks, until: 32 weeks}
output: {trajectories: 2}
"""


def registered() -> list[tuple[str, str]]:
    """Return kind and name of everything that can be checked."""
    return [(kind.name, name) for kind in registry.KINDS if kind.name in _CHECKS for name in registry.names(kind)]


def check_all() -> None:
    """Check everything that is registered.

    Raises
    ------
    InputError
        With a line for each extension that does not keep its contract.
    """
    faults = []
    for kind, name in registered():
        try:
            check(kind, name)
        except (AssertionError, InputError) as error:
            faults.append(f"{kind} '{name}': {' '.join(str(error).split())}")
    if faults:
        raise InputError(*faults)


def check(kind: str, name: str) -> None:
    """Check one extension.

    Parameters
    ----------
    kind : "model", "strategy", "criterion", "endpoint", "kind of figure", "drug", "trial" or "population"
    name : its name

    Raises
    ------
    AssertionError
        It breaks its contract; the message says where.
    InputError
        It cannot be read or run, or there is none of this kind and name.
    """
    if kind not in _CHECKS:
        raise unknown("kind of extension", kind, _CHECKS)
    _CHECKS[kind](name)


def check_options(options: type[Section]) -> None:
    """Check that the keys of options are described, and that options without required keys read back from text."""
    for key, entry in options.model_json_schema().get("properties", {}).items():
        assert entry.get("description"), f"option '{key}' has no description"
    if not any(entry.is_required() for entry in options.model_fields.values()):
        plain = options()
        assert options.model_validate(plain.written()) == plain, "options do not read back to what was written"


def check_strategy(chosen: Strategy) -> None:
    """Check a strategy with its options: lines, labels, and decisions at visits of any outcome."""
    name = type(chosen).__name__
    check_plan(name, chosen)
    assert len(chosen.endings(np.arange(0.0, 400.0, 56.0))) == len(chosen.lines), "each line has an ending"
    for line in range(STOP, len(chosen.lines)):
        for progressed in (False, True):
            decided = decide_checked(name, chosen, _visit(line, progressed, chosen))
            repeated = decide_checked(name, chosen, _visit(line, progressed, chosen))
            assert np.array_equal(decided, repeated), "the same visit gives the same decision"


def _visit(line: int, progressed: bool, chosen: Strategy) -> Visit:
    """Four patients at a visit 56 days into their line."""
    drugs = {regimen.drug for planned in chosen.lines for regimen in planned}
    size = np.array([50.0, 30.0, 80.0, np.nan])
    ones = np.ones(4)
    response = Response.PD if progressed else Response.SD
    return Visit(
        number=1,
        time=56.0,
        line=np.full(4, line),
        time_on_line=56.0 * ones,
        assessed=np.full(4, line != STOP),
        progressed=np.full(4, progressed),
        response=np.full(4, response, np.int8),
        new_lesion=np.zeros(4, np.bool_),
        burden=size,
        baseline=50.0 * ones,
        nadir=np.array([50.0, 30.0, 50.0, 50.0]),
        diameters=np.stack([0.6 * size, 0.4 * size], axis=1),
        sum_of_diameters=size,
        vegf=ones,
        svegfr2=ones,
        dose_given={drug: 100.0 * ones for drug in drugs},
    )


def _strategy(name: str) -> None:
    kind = strategy(name)
    check_options(kind.Options)
    required = {key for key, entry in kind.Options.model_fields.items() if entry.is_required()}
    given = {"regimen": "sorafenib 400 mg b.i.d.", "lines": ["sorafenib 400 mg b.i.d.", "none"]}
    if required <= given.keys():
        check_strategy(kind(kind.Options.model_validate({key: given[key] for key in required})))


def _criterion(name: str) -> None:
    name = next(one for one in criteria.criteria() if one.replace(".", "_") == name)
    kind = criteria.criterion(name)
    check_options(kind.Options)
    chosen = kind(name, kind.Options())
    assert chosen.measures in (criteria.DIAMETERS, criteria.PRODUCTS), "measures is DIAMETERS or PRODUCTS"
    diameters = np.array([[30.0, 40.0, np.nan], [30.0, np.nan, np.nan]])
    burden = chosen.burden(diameters)
    assert burden.shape == (2,) and (burden > 0).all(), "a burden is one positive number per patient"
    still = np.full(2, False)
    codes, nadir = chosen.assess(burden, burden, burden, still, np.ones(2))
    assert list(codes) == [Response.SD] * 2 and np.array_equal(nadir, burden), "no change is stable disease"
    codes, _ = chosen.assess(2.0 * burden, burden, burden, still, np.ones(2))
    assert list(codes) == [Response.PD] * 2, "twice the burden is progression"
    codes, _ = chosen.assess(burden, burden, burden, ~still, np.ones(2))
    assert list(codes) == [Response.PD] * 2, "a new lesion is progression"
    missing: NDArray[np.float64] = np.full(2, np.nan)
    codes, nadir = chosen.assess(missing, burden, burden, still, np.ones(2))
    assert list(codes) == [Response.not_evaluable] * 2 and np.array_equal(nadir, burden), "unmeasured is not evaluable"


def _endpoint(name: str) -> None:
    found = outcome.load(name)
    check_options(found.Options)
    assert found.title and found.statistics, "an endpoint has a title and statistics"
    assert set(found.unit) >= set(found.statistics), "each statistic has a unit"
    trial = _small_trial()
    for statistic, timed in found.statistics.items():
        value, error = found.estimate(trial, statistic, 120.0 if timed else None, found.Options(), "exclude")
        assert np.shape(value) == np.shape(error) == (trial.sizes["arm"],), f"{statistic}: one value per arm"


def _figure(name: str) -> None:
    found = plots.load(name)
    assert (found.draw.__doc__ or "").strip(), "draw says in its text what it shows"
    trial = _small_trial()
    assert isinstance(found.applies(trial), bool), "applies returns whether it can be drawn"
    if found.applies(trial):
        axes = found.draw(trial)
        figure = np.ravel(np.asarray(axes, dtype=object))[0].figure
        assert figure.axes, "draw returns Axes of a figure"
        figure.clear()


def _model(name: str) -> None:
    declared = model(name)
    facts = catalog.model_parameters(name)
    assert declared.name == name, f"the model calls itself '{declared.name}'"
    assert declared.variables, "a model has variables"
    for parameter in declared.parameters:
        assert facts[parameter].source and facts[parameter].tier in catalog.TIERS, f"{parameter} lacks source or tier"


def _drug(name: str) -> None:
    assert catalog.drug(name).name == name, "the file is named by its drug"


def _trial(name: str) -> None:
    assert catalog.trial(name).name == name, "the file is named by its trial"


def _population(name: str) -> None:
    assert catalog.population(name).name == name, "the file is named by its population"


@cache
def _small_trial() -> xr.Dataset:
    return run(loads(_TRIAL))


_CHECKS: Mapping[str, Callable[[str], None]] = MappingProxyType(
    {
        registry.MODEL.name: _model,
        registry.STRATEGY.name: _strategy,
        registry.CRITERION.name: _criterion,
        registry.ENDPOINT.name: _endpoint,
        registry.FIGURE.name: _figure,
        registry.DRUG.name: _drug,
        registry.TRIAL.name: _trial,
        registry.POPULATION.name: _population,
    }
)
