"""Drug exposure inside a step: the closed-form modes, added up into the inputs of every stage."""

from __future__ import annotations

from .arrays import DECAY, NEXT, PK_ROWS, STEADY, VALUE, WEIGHT
from .cache import jit
from .elementary import exp
from .kernel_source import INPUT_NODES, STEP
from .lanes import FASTMATH, load, store
from .tableaus import TSIT5

_NODES = TSIT5.c[:INPUT_NODES]


@jit(forceinline=True, fastmath=FASTMATH)
def clear_inputs(w, levels, plan):
    for channel in range(plan.n_inputs):
        level = load(levels, channel * 8)
        for node in range(INPUT_NODES):
            store(w, (plan.inputs + channel * INPUT_NODES + node) * 8, level)


@jit(forceinline=True, fastmath=FASTMATH)
def write_inputs(w, pk, plan, channel, first_node, last_node):
    """Add up the drug modes into the inputs of the stage nodes, and keep the modes at the end of the step."""
    h = load(w, STEP * 8)
    for slot in range(channel.size):
        base = slot * PK_ROWS
        value, steady = load(pk, (base + VALUE) * 8), load(pk, (base + STEADY) * 8)
        decay, weight = load(pk, (base + DECAY) * 8), load(pk, (base + WEIGHT) * 8)
        row = plan.inputs + channel[slot] * INPUT_NODES
        for node in range(first_node, last_node):
            current = value
            if node > 0:
                current = steady + (value - steady) * exp(-decay * (_NODES[node] * h))
            store(w, (row + node) * 8, load(w, (row + node) * 8) + weight * current)
            store(pk, (base + NEXT) * 8, current)
