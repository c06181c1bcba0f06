"""A model of the catalogue, with the values and doses of one run, as SBML level 3 version 1.

States are parameters with a rate rule, drugs in closed form become rate rules of their own, what the user sees beside
states are assignment rules, and every dose is an event at its day. Time is in days.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import numpy as np
import sympy

from ossim.catalog import model_parameters, reference
from ossim.config.scenario import ModelRun, Scenario
from ossim.dosing import EventKind
from ossim.dosing.events import ALL_COMPARTMENTS
from ossim.errors import InputError
from ossim.exchange.mathml import math
from ossim.model import Clock, Compartment, Depot, Dosed, Level, Model, model
from ossim.model.doses import treat
from ossim.numerics.codegen.jacobian import symbol, symbolic, trace
from ossim.numerics.codegen.system import argument_names, output_names
from ossim.numerics.ode.dose_events import steady_level

NAMESPACE = "http://www.sbml.org/sbml/level3/version1/core"


def sbml(run: ModelRun | Scenario) -> str:
    """Return the run of a published model as the text of an SBML file.

    Raises
    ------
    InputError
        It is a virtual trial, the run has several values of a parameter, or its model has a form that SBML cannot say.
    """
    if isinstance(run, Scenario):
        raise InputError(f"{run.model} is run as a trial, which SBML cannot hold; give a config of a published model")
    declared = model(run.model)
    if not isinstance(declared, Model):
        raise InputError(f"model {run.model} is no system of ordinary differential equations, which is what SBML holds")
    if many := [name for name, value in run.parameters.items() if isinstance(value, tuple)]:
        raise InputError(f"SBML holds one run: give one value of {', '.join(many)}")
    facts = model_parameters(run.model, run.parameter_set)
    values = {name: float(run.parameters.get(name, facts[name].value)) for name in declared.parameters}
    try:
        return _document(declared, run, values)
    except ValueError as error:
        raise InputError(f"model {declared.name} cannot be written as SBML: {error}") from None


def _document(declared: Model, run: ModelRun, values: Mapping[str, float]) -> str:
    root = Element("sbml", {"xmlns": NAMESPACE, "level": "3", "version": "1"})
    body = SubElement(root, "model", {"id": declared.name, "name": declared.title, "timeUnits": "day"})
    notes = SubElement(SubElement(body, "notes"), "p", {"xmlns": "http://www.w3.org/1999/xhtml"})
    notes.text = f"Written by ossim. {reference(declared.reference)} Research use only."
    _days(body)
    amounts, changes = _treatment(declared, run, values)
    variables, rules = _variables(declared, run, values, amounts)
    names = SubElement(body, "listOfParameters")
    for identifier, (value, constant, label) in variables.items():
        given = {"id": identifier, "name": label, "constant": "true" if constant else "false"}
        SubElement(names, "parameter", given | ({} if value is None else {"value": repr(float(value))}))
    listed = SubElement(body, "listOfRules")
    for identifier, (kind, expression) in rules.items():
        SubElement(listed, kind, {"variable": identifier}).append(math(expression))
    if changes:
        _events(body, changes)
    indent(root)
    return tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _days(body: Element) -> None:
    definition = SubElement(SubElement(body, "listOfUnitDefinitions"), "unitDefinition", {"id": "day"})
    unit = {"kind": "second", "exponent": "1", "scale": "0", "multiplier": "86400"}
    SubElement(SubElement(definition, "listOfUnits"), "unit", unit)


def _rate(item: Dosed) -> str:
    """Identifier of what a change of the rate of infusion sets."""
    if isinstance(item, Clock):
        return item.input
    return f"{item.state}_infusion" if isinstance(item, Depot) else f"{item.name}_rate"


def _variables(declared: Model, run: ModelRun, values: Mapping[str, float], start: Mapping[str, float]) -> tuple:
    """Identifier -> (value at the start, constant, label), and identifier -> (kind of rule, expression)."""
    variables: dict[str, tuple] = {s: (values[n], True, n) for s, n in declared.symbols.items() if n in values}
    rules, inputs = {}, dict.fromkeys(declared.system.inputs, sympy.Integer(0))
    slopes = trace(declared.system)
    for item in declared.compartments:
        for name in filter(None, (getattr(item, "decay", None), getattr(item, "gain", None))):
            variables.setdefault(name, (values[name], True, name))
        if isinstance(item, Compartment):
            rate, level = _rate(item), f"{item.name}_level"
            variables[rate] = (start.get(rate, 0.0), False, f"infusion of {item.name}")
            variables[level] = (start.get(level, 0.0), False, item.long_name)
            rules[level] = ("rateRule", symbol(rate) - symbol(item.decay) * symbol(level))
            inputs[item.input] += symbol(level) * (symbol(item.gain) if item.gain else 1)
        elif isinstance(item, Depot):
            rate = _rate(item)
            if rate not in variables:
                slopes[item.state] += symbol(rate)
            variables[rate] = (start.get(rate, 0.0), False, f"infusion into {item.state}")
        elif isinstance(item, Level):
            variables[_rate(item)] = (start.get(_rate(item), 0.0), False, item.long_name)
            inputs[item.input] += symbol(_rate(item))
        else:
            variables[item.input] = (start.get(item.input, 0.0), False, item.long_name)
            del inputs[item.input]
    for name, expression in inputs.items():
        variables[name] = (None, False, name)
        rules[name] = ("assignmentRule", expression)
    for name, slope in slopes.items():
        state = declared.states[name]
        given = run.initial.get(state.name, values[state.initial] if state.initial else 0.0)
        variables[name] = (given + start.get(name, 0.0), False, f"{state.name} [{state.unit}]")
        rules[name] = ("rateRule", slope)
    if declared.observe:
        arguments = (symbol(name) for name in argument_names(declared.observe))
        found = symbolic(declared.observe)(*arguments)
        found = found if isinstance(found, tuple) else (found,)
        for name, expression in zip(output_names(declared.observe), found, strict=True):
            item = declared.observables[name]
            variables[name] = (None, False, f"{item.name} [{item.unit}]")
            rules[name] = ("assignmentRule", sympy.sympify(expression))
    return variables, rules


def _treatment(declared: Model, run: ModelRun, values: Mapping[str, float]) -> tuple[dict, dict]:
    """What doses of day 0 change at the start, and time -> variable -> (keeps its value, amount added)."""
    arrays = {name: np.array([value]) for name, value in values.items()}
    doses = treat(declared, declared.system, arrays, [dict(row) for row in run.doses], run.times[-1] or 1.0).doses
    changes: dict[float, dict[str, tuple[bool, float]]] = {}
    for index in range(doses.time.size):
        now = changes.setdefault(float(doses.time[index]), {})
        named = int(doses.compartment[index])
        items = range(len(declared.compartments)) if named == ALL_COMPARTMENTS else [named]
        for place in items:
            amount = float(doses.value[index] * doses.scale[0, place])
            shape = float(doses.interval[index]), float(doses.duration[index])
            _change(now, declared.compartments[place], int(doses.kind[index]), amount, shape, values)
    first = changes.pop(0.0, {})
    return {name: amount for name, (_, amount) in first.items()}, changes


def _change(now: dict, item: Any, kind: int, amount: float, shape: tuple[float, float], values) -> None:
    """Add what one event does to one compartment to the changes of its moment."""
    if kind == EventKind.RATE:
        now[_rate(item)] = (False, amount)
        return
    name = item.state if isinstance(item, Depot) else f"{item.name}_level"
    if not isinstance(item, Compartment | Depot):
        return  # levels and clocks are set, not added to
    keeps, added = now.get(name, (True, 0.0))
    if kind == EventKind.RESET:
        now[name] = (False, 0.0)
    elif kind == EventKind.STEADY_STATE:
        now[name] = (keeps, added + float(steady_level(amount, values[item.decay], *shape)))
    else:
        now[name] = (keeps, added + amount)


def _events(body: Element, changes: Mapping[float, Mapping[str, tuple[bool, float]]]) -> None:
    listed = SubElement(body, "listOfEvents")
    for number, (time, variables) in enumerate(sorted(changes.items())):
        event = SubElement(listed, "event", {"id": f"dose_{number + 1}", "useValuesFromTriggerTime": "true"})
        trigger = SubElement(event, "trigger", {"initialValue": "false", "persistent": "true"})
        trigger.append(_reached(time))
        assignments = SubElement(event, "listOfEventAssignments")
        for name, (keeps, added) in variables.items():
            assignment = SubElement(assignments, "eventAssignment", {"variable": name})
            assignment.append(math(symbol(name) + added if keeps else added))


def _reached(time: float) -> Element:
    element = math(symbol("t"))
    now = element[0]
    element.remove(now)
    condition = SubElement(element, "apply")
    SubElement(condition, "geq")
    condition.append(now)
    condition.append(math(time)[0])
    return element
