"""Drug exposure inside a step: the closed-form modes, added up into the inputs of every stage."""

from __future__ import annotations

from ossim.numerics.codegen.layout import DECAY, MARKS, MODE_ROWS, N_MODES, NEXT_VALUE, STEADY, STEP, VALUE, WEIGHT
from ossim.numerics.simd.cache import jit
from ossim.numerics.simd.elementary import exp
from ossim.numerics.simd.lanes import FASTMATH, load, store


@jit(forceinline=True, fastmath=FASTMATH)
def start_inputs(w, marks, nodes, n_inputs, inputs, levels, modes):
    """Inputs at the start of a step, the first node of each."""
    n_nodes = len(nodes)
    for channel in range(n_inputs):
        store(w, inputs + channel * n_nodes, load(w, levels + channel))
    for mode in range(marks[N_MODES]):
        base = modes + mode * MODE_ROWS
        here = inputs + marks[MARKS + mode] * n_nodes
        store(w, here, load(w, here) + load(w, base + WEIGHT) * load(w, base + VALUE))


@jit(forceinline=True, fastmath=FASTMATH)
def write_inputs(w, marks, nodes, n_inputs, inputs, levels, modes):
    """Inputs at the `nodes` of a step but the first; the last one is the end of the step."""
    n_nodes = len(nodes)
    h = load(w, STEP)
    for channel in range(n_inputs):
        level = load(w, levels + channel)
        for node in range(1, n_nodes):
            store(w, inputs + channel * n_nodes + node, level)
    for mode in range(marks[N_MODES]):
        base = modes + mode * MODE_ROWS
        steady, weight = load(w, base + STEADY), load(w, base + WEIGHT)
        transient, faded = load(w, base + VALUE) - steady, -load(w, base + DECAY) * h
        row = inputs + marks[MARKS + mode] * n_nodes
        for node in range(1, n_nodes):
            current = steady + transient * exp(faded * nodes[node])
            store(w, row + node, load(w, row + node) + weight * current)
            if node == n_nodes - 1:
                store(w, base + NEXT_VALUE, current)


@jit(forceinline=True, fastmath=FASTMATH)
def start_slopes(w, marks, n_inputs, slopes, modes):
    """Time derivatives of the inputs at the start of a step."""
    for channel in range(n_inputs):
        store(w, slopes + channel, 0.0)
    for mode in range(marks[N_MODES]):
        base = modes + mode * MODE_ROWS
        transient = load(w, base + VALUE) - load(w, base + STEADY)
        here = slopes + marks[MARKS + mode]
        store(w, here, load(w, here) - load(w, base + WEIGHT) * load(w, base + DECAY) * transient)
