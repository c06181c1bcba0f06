"""Export as SBML: a small reader of its own and SciPy make of the file what `simulate` makes of the model."""

import math
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import ossim
from ossim.cli import app as cli
from ossim.errors import InputError
from ossim.exchange.sbml import sbml
from ossim.model import model, ode_models

CONFIGS = Path(__file__).parents[2] / "configs" / "published"
NAMES = list(ode_models())
RTOL, ATOL = 1e-9, 1e-11
AGREEMENT = 1e-6
MOST_TIMES = 8
METHOD = {"le2021_map": "Radau"}  # stiff, and left by LSODA at the edge of an infusion
BESIDE = 1e-3  # outputs lie beside doses, whose moment the two read differently
SBML = "{http://www.sbml.org/sbml/level3/version1/core}"
MATHML = "{http://www.w3.org/1998/Math/MathML}"
BINARY = {"plus": " + ", "times": " * ", "divide": " / ", "power": " ** ", "geq": " >= ", "leq": " <= ", "gt": " > "}
UNARY = {"exp": math.exp, "ln": math.log, "abs": abs}


def _text(node):
    """MathML as a Python expression in the names of the file and t."""
    tag = node.tag.removeprefix(MATHML)
    if tag == "math":
        return _text(node[0])
    if tag == "cn":
        return repr(float(node.text) * (1.0 if node.get("type") is None else 10.0 ** int(node[0].tail)))
    if tag in ("ci", "csymbol"):
        return "t" if tag == "csymbol" else node.text.strip()
    if tag == "piecewise":
        piece, otherwise = node
        return f"({_text(piece[0])} if {_text(piece[1])} else {_text(otherwise[0])})"
    operator, *arguments = node
    name, texts = operator.tag.removeprefix(MATHML), [_text(one) for one in arguments]
    return f"({BINARY[name].join(texts)})" if name in BINARY else f"{name}({', '.join(texts)})"


def _compiled(names, assigned, wanted):
    """Function of the values of `names` that computes what is assigned, then gives the wanted expressions as a list."""
    lines = [f"    {name} = {_text(expression)}" for name, expression in assigned.items()]
    lines.append(f"    return [{', '.join(wanted)}]")
    scope = dict(UNARY)
    exec("\n".join([f"def function({', '.join(names)}):", *lines]), scope)
    return scope["function"]


def _single(name):
    run = ossim.load(CONFIGS / f"{name}.yaml")
    first = {key: value[0] for key, value in run.parameters.items() if isinstance(value, tuple)}
    return run.with_overrides({f"parameters.{key}": value for key, value in first.items()}) if first else run


def _integrated(text, times):
    """States and assigned variables of an SBML file at `times`."""
    body = ElementTree.fromstring(text).find(f"{SBML}model")
    start = {p.get("id"): float(p.get("value", 0.0)) for p in body.iter(f"{SBML}parameter")}
    rules = {r.get("variable"): r[0] for r in body.iter(f"{SBML}rateRule")}
    assigned = {r.get("variable"): r[0] for r in body.iter(f"{SBML}assignmentRule")}
    events = sorted((float(e.find(f".//{MATHML}cn").text), e) for e in body.iter(f"{SBML}event"))
    order = list(rules)
    others = [name for name in start if name not in rules and name not in assigned]
    names = [*others, *order, "t"]
    rates = _compiled(names, assigned, [_text(rule) for rule in rules.values()])
    everything = [*names, *assigned]
    all_values = _compiled(names, assigned, everything)
    y, now, at, found = [start[name] for name in order], dict(start), 0.0, []
    for stop in sorted({*times, *(time for time, _ in events if time < times[-1])}):
        if stop > at:
            fixed = [now[name] for name in others]
            slopes = lambda t, y, fixed=fixed: rates(*fixed, *y.tolist(), t)  # noqa: E731
            y = (
                solve_ivp(slopes, (at, stop), y, METHOD.get(body.get("id"), "LSODA"), rtol=RTOL, atol=ATOL)
                .y[:, -1]
                .tolist()
            )
        at = stop
        seen = all_values(*(now[name] for name in others), *y, stop)
        if stop in times:
            found.append(dict(zip(everything, seen, strict=True)))
        for changed in (list(e.iter(f"{SBML}eventAssignment")) for time, e in events if time == stop):
            new = _compiled(everything, {}, [_text(one[0]) for one in changed])(*seen)
            now |= dict(zip((one.get("variable") for one in changed), new, strict=True))
            change = {one.get("variable"): value for one, value in zip(changed, new, strict=True)}
            y = [change.get(name, value) for name, value in zip(order, y, strict=True)]
    return found


@pytest.mark.parametrize("name", NAMES)
def test_file_holds_the_model_with_its_doses(name):
    run, declared = _single(name), model(name)
    times = np.array(run.times)[:: max(1, len(run.times) // MOST_TIMES)][:MOST_TIMES] + BESIDE
    given = {"initial": dict(run.initial), "parameters": dict(run.parameters), "parameter_set": run.parameter_set}
    ours = ossim.simulate(name, times, doses=[dict(row) for row in run.doses], **given)
    theirs = _integrated(sbml(run), times.tolist())
    shown = {s: declared.states[s].name for s in declared.system.states}
    shown |= {s: item.name for s, item in declared.observables.items()}
    for symbol, label in shown.items():
        values = ours[label].values
        expected = np.array([point[symbol] for point in theirs])
        np.testing.assert_allclose(values, expected, rtol=AGREEMENT, atol=AGREEMENT * np.abs(values).max())


def test_file_is_read_by_libroadrunner(tmp_path):
    roadrunner = pytest.importorskip("roadrunner")
    run = _single("hahnfeldt1999")
    runner = roadrunner.RoadRunner(sbml(run))
    runner.integrator.relative_tolerance = 1e-10
    runner.timeCourseSelections = ["time", "V"]
    times = [0.0, 4.5, 9.5]
    ours = ossim.simulate(run.model, times, dict(run.initial), [dict(row) for row in run.doses])
    np.testing.assert_allclose(np.array(runner.simulate(times=times))[:, 1], ours["tumor_volume"], rtol=1e-7)


def test_command_writes_and_does_not_replace(tmp_path, capsys):
    config, out = str(CONFIGS / "hahnfeldt1999.yaml"), str(tmp_path / "model.xml")
    assert cli.main(["export", config, "--out", out]) == 0
    assert ElementTree.parse(out).getroot().tag == f"{SBML}sbml"
    assert cli.main(["export", config, "--out", out]) == cli.BAD_INPUT
    assert "exists" in capsys.readouterr().err
    assert cli.main(["export", config, "--out", out, "--force"]) == 0


def test_trial_and_several_runs_are_refused(capsys):
    trial = CONFIGS.parents[0] / "trials" / "sorafenib.yaml"
    with pytest.raises(InputError, match="is run as a trial"):
        sbml(ossim.load(trial))
    run = ossim.load(CONFIGS / "gompertz.yaml")
    with pytest.raises(InputError, match="one value of growth_rate"):
        sbml(run)
