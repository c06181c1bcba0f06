"""diffrax's Tsit5 on the yardsticks: compiled and mapped over the ensemble on the CPU, restarted at every dose."""

from __future__ import annotations

from functools import partial

import diffrax
import jax
import jax.numpy as jnp
import numpy as np

from .forms import ATOL
from .problems import Yardstick

MAX_STEPS = 10_000
ARITHMETIC = {
    "exp": jnp.exp,
    "log": jnp.log,
    "pow": jnp.power,
    "sqrt": jnp.sqrt,
    "absolute": jnp.abs,
    "minimum": jnp.minimum,
    "maximum": jnp.maximum,
    "where_positive": lambda condition, a, b: jnp.where(condition > 0.0, a, b),
}


def _trajectory(yardstick: Yardstick, slopes, rtol: float, start, p):
    doses = jnp.zeros((yardstick.days, len(yardstick.states)))
    for drug, (state, dose) in enumerate(zip(yardstick.drug_state, yardstick.drug_dose, strict=True)):
        doses = doses.at[:, state].set(jnp.asarray(yardstick.given[:, drug], float) * p[dose])

    def rates(t, y, p):
        dy = [None] * len(yardstick.states)
        slopes(t, y, dy, p)
        return jnp.stack(dy)

    def day(y, item):
        when, dose = item
        found = diffrax.diffeqsolve(
            diffrax.ODETerm(rates),
            diffrax.Tsit5(),
            when,
            when + 1.0,
            None,
            y + dose,
            p,
            stepsize_controller=diffrax.PIDController(rtol=rtol, atol=ATOL),
            max_steps=MAX_STEPS,
            adjoint=diffrax.ForwardMode(),
        )
        y = found.ys[-1]
        return y, y[jnp.array(yardstick.summed)].sum()

    _, volumes = jax.lax.scan(day, start, (jnp.arange(yardstick.days) * 1.0, doses))
    return jnp.concatenate([start[jnp.array(yardstick.summed)].sum()[None], volumes])


def solvers(yardstick: Yardstick) -> list:
    """Label, solver and runs per measurement."""
    jax.config.update("jax_enable_x64", True)
    slopes = yardstick.rewrite(ARITHMETIC)
    compiled = {}

    def run(drawn: np.ndarray, rtol: float) -> np.ndarray:
        if rtol not in compiled:
            compiled[rtol] = jax.jit(jax.vmap(partial(_trajectory, yardstick, slopes, rtol)))
        return np.asarray(compiled[rtol](yardstick.start(drawn), drawn))

    return [("diffrax Tsit5, jit + vmap", run, 200 if yardstick.key == "B1" else 50)]
