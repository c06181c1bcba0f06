"""A second way to run a catalogue model: its rates called from Python, SciPy between doses, doses expanded by hand.

Nothing of the package's dosing or engine is used: levels are sums over single doses, states are restarted at each.
"""

from math import exp

import numpy as np
from scipy.integrate import solve_ivp

from ossim.catalog import model_parameters
from ossim.model import Clock, Compartment, Depot, Level
from ossim.numerics.codegen.system import argument_names, output_names

TIGHT = 1e-12


def single_doses(rows):
    """(time, amount, duration, compartment) of every dose."""
    for row in rows:
        duration = row.get("dur", 0.0) or (row["amt"] / row["rate"] if row.get("rate") else 0.0)
        for number in range(row.get("addl", 0) + 1):
            yield row["time"] + number * row.get("ii", 0.0), row["amt"], duration, row["cmt"]


def _inputs(declared, values, given):
    """Constant part of every input, and (input, level, decay) of what decays to it, as functions of time since `now`.

    `given` are the doses begun by now, as (age, amount, duration, compartment, time).
    """
    constant, fading = dict.fromkeys(declared.system.inputs, 0.0), []
    for age, amount, duration, name, time in given:
        running = duration > 0.0 and age < duration * (1.0 - 1e-9)
        for item in declared.compartments:
            if item.name != name:
                continue
            if isinstance(item, Compartment):
                decay, gain = values[item.decay], values[item.gain] if item.gain else 1.0
                if not duration:
                    fading.append((item.input, gain * amount * np.exp(-decay * age), decay))
                    continue
                steady = gain * amount / duration / decay
                level = steady * -np.expm1(-decay * min(age, duration)) * np.exp(-decay * max(age - duration, 0.0))
                constant[item.input] += steady if running else 0.0
                fading.append((item.input, level - (steady if running else 0.0), decay))
            elif isinstance(item, Level) and running:
                constant[item.input] += amount / duration / (values[item.clearance] if item.clearance else 1.0)
            elif isinstance(item, Clock):
                constant[item.input] = max(constant[item.input], time)
    merged = {}
    for name, level, decay in fading:
        merged[name, decay] = merged.get((name, decay), 0.0) + level
    return constant, [(name, level, decay) for (name, decay), level in merged.items()]


def reference(declared, times, doses=(), initial=None, parameters=None, parameter_set=None, method="DOP853"):
    """State of a model at `times`, shape (n_times, n_states), at a tolerance of 1e-12."""
    facts = model_parameters(declared.name, parameter_set)
    values = {name: facts[name].value for name in declared.parameters} | dict(parameters or {})
    system, given = declared.system, list(single_doses(doses))
    symbols = {symbol: values[name] for symbol, name in declared.symbols.items() if name in values}
    starts = [declared.states[symbol] for symbol in system.states]
    state = [(initial or {}).get(s.name, values[s.initial] if s.initial else 0.0) for s in starts]
    state, wanted = np.array(state, float), [f"d{name}" for name in system.states]
    arguments, outputs = argument_names(system.rates), output_names(system.rates)
    boluses, infusions, edges = [], [], {float(times[-1])}
    for time, amount, duration, name in given:
        edges |= {time, time + duration}
        for item in declared.compartments:
            if item.name == name and isinstance(item, Depot):
                lag = values[item.lag] if item.lag else 0.0
                more = {s: symbols[s] for s in argument_names(item.fraction)[2:]} if item.fraction else {}
                part = item.fraction(amount, time, **more) if item.fraction else 1.0
                place = system.states.index(item.state)
                if duration:
                    infusions.append((time + lag, time + lag + duration, place, part * amount / duration))
                else:
                    boluses.append((time + lag, place, part * amount))
                edges |= {time + lag, time + lag + duration}
    edges = sorted(edge for edge in edges if edge <= times[-1])
    times, found, now = np.asarray(times, float), np.full((len(times), len(state)), np.nan), 0.0
    for edge in edges:
        inside = (times <= edge) & np.isnan(found[:, 0])  # at the time of a dose, the state just before it
        if edge > now:
            begun = [(now - time, *dose, time) for time, *dose in given if time <= now]
            constant, fading = _inputs(declared, values, begun)
            running = [(place, rate) for start, end, place, rate in infusions if start <= now < end]

            def slopes(t, y, now=now, constant=constant, fading=fading, running=running):
                known = symbols | constant | dict(zip(system.states, y.tolist(), strict=True))
                for name, level, decay in fading:
                    known[name] += level * exp(-decay * (t - now))
                known["t"] = t
                result = system.rates(*(known[name] for name in arguments))
                result = result if isinstance(result, tuple) else (result,)
                by_name = dict(zip(outputs, result, strict=True))
                dy = np.array([by_name[name] for name in wanted])
                for place, rate in running:
                    dy[place] += rate
                return dy

            at = np.unique(np.append(times[inside], edge))
            done = solve_ivp(slopes, (now, edge), state, method=method, rtol=TIGHT, atol=TIGHT, t_eval=at)
            assert done.success, done.message
            found[inside] = done.y[:, np.isin(at, times[inside])].T
            state = done.y[:, -1].copy()
        else:
            found[inside] = state
        for time, place, amount in boluses:
            if time == edge:
                state[place] += amount
        now = edge
    return found
