"""The yardstick problems as `ossim` solves them: as written, with closed-form PK, and with logarithmic states."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ossim.numerics.arrays import EVENT_BOLUS, Doses, Exposure
from ossim.numerics.codegen.system import System
from ossim.numerics.elementwise import absolute, exp, log, pow, sqrt
from ossim.numerics.linear_pk import Modes, disposition_modes, with_absorption
from ossim.numerics.ode.problem import (
    Problem,
    advance_problem,
    make_control,
    make_problem,
    make_records,
    make_runs,
    no_exposure,
)

from .problems import STATES_B1, STATES_B2, Yardstick

ATOL = 1e-9


def tumor_b1(V, K, C, growth, b, d, e, loss):
    """Hahnfeldt's tumor V and carrying capacity K under concentration C."""
    dV = -growth * V * log(V / K)
    dK = b * V - d * K * pow(V, 2.0 / 3.0) - e * C * K - loss * K
    return dV, dK


def written_b1(V, K, A, C, growth, b, d, e, loss, ka, ke, volume):
    """B1 as written: depot A and concentration C are states."""
    dV, dK = tumor_b1(V, K, C, growth, b, d, e, loss)
    dA = -ka * A
    dC = ka * A / volume - ke * C
    return dV, dK, dA, dC


def closed_b1(V, K, C, growth, b, d, e, loss):
    """B1 with the concentration as an input."""
    dV, dK = tumor_b1(V, K, C, growth, b, d, e, loss)
    return dV, dK


def logarithmic_b1(v, k, C, growth, b, d, e, loss):
    """B1 for v = ln V and k = ln K."""
    dv = growth * (k - v)
    dk = b * exp(v - k) - d * exp(v * (2.0 / 3.0)) - e * C - loss
    return dv, dk


def tumor_b2(
    S, R1, R2, D1, D2, D3, F, X, I, M, C1, C2, lam, kap, aE2, cR1, cR2, k1, k2, m1, m2, kt, pF, lossF, kb, pX, lossX,
    pI, kmat, lossI, aI, lossM, aM, IC1, IC2, Th, F50,
):  # fmt: skip
    """Cells, VEGF, receptor and vessels of B2 under the concentrations C1 and C2."""
    T = S + R1 + R2 + D1 + D2 + D3
    vessels = M + 0.5 * I
    G = -lam * log(T / (kap * vessels))
    oxygen = vessels / (vessels + 0.05 * T)
    power = C1 * sqrt(absolute(C1))
    E1 = power / (power + IC1 * sqrt(IC1))
    E2 = C2 / (C2 + IC2)
    g = G * (1.0 - aE2 * E2)
    kill_S = k1 * E1 + k2 * E2
    kill_R1 = k2 * E2
    kill_R2 = k1 * E1
    dS = S * (g - kill_S - m1 - m2)
    dR1 = R1 * (g * (1.0 - cR1) - kill_R1) + m1 * S
    dR2 = R2 * (G * (1.0 - cR2) - kill_R2) + m2 * S
    dD1 = kill_S * S + kill_R1 * R1 + kill_R2 * R2 - kt * D1
    dD2 = kt * (D1 - D2)
    dD3 = kt * (D2 - D3)
    dF = pF * (1.2 - oxygen) * T / (T + Th) * (1.0 - 0.5 * E2) - lossF * F - kb * F * X
    dX = pX * (1.0 - 0.4 * E1) - lossX * X - kb * F * X
    F2 = F * F
    sprout = pI * F2 / (F2 + F50 * F50) * (1.0 - E1) * (vessels + 1.0)
    dI = sprout - kmat * I - lossI * (1.0 + aI * E1) * I
    dM = kmat * I - lossM * M - aM * E1 * M
    return dS, dR1, dR2, dD1, dD2, dD3, dF, dX, dI, dM


def written_b2(
    S, R1, R2, D1, D2, D3, F, X, I, M, C1, Q1, C2, Q2, lam, kap, aE2, cR1, cR2, k1, k2, m1, m2, kt, pF, lossF, kb, pX,
    lossX, pI, kmat, lossI, aI, lossM, aM, IC1, IC2, Th, F50, ke1, k12a, k21a, ke2, k12b, k21b,
):  # fmt: skip
    """B2 as written: central and peripheral amounts of both drugs are states."""
    dS, dR1, dR2, dD1, dD2, dD3, dF, dX, dI, dM = tumor_b2(
        S, R1, R2, D1, D2, D3, F, X, I, M, C1, C2, lam, kap, aE2, cR1, cR2, k1, k2, m1, m2, kt, pF, lossF, kb, pX,
        lossX, pI, kmat, lossI, aI, lossM, aM, IC1, IC2, Th, F50,
    )  # fmt: skip
    dC1 = -(ke1 + k12a) * C1 + k21a * Q1
    dQ1 = k12a * C1 - k21a * Q1
    dC2 = -(ke2 + k12b) * C2 + k21b * Q2
    dQ2 = k12b * C2 - k21b * Q2
    return dS, dR1, dR2, dD1, dD2, dD3, dF, dX, dI, dM, dC1, dQ1, dC2, dQ2


_TUMOR_B1 = ("growth", "b", "d", "e", "loss")
_TUMOR_B2 = (
    "lam", "kap", "aE2", "cR1", "cR2", "k1", "k2", "m1", "m2", "kt", "pF", "lossF", "kb", "pX", "lossX",
    "pI", "kmat", "lossI", "aI", "lossM", "aM", "IC1", "IC2", "Th", "F50",
)  # fmt: skip
_PK_B1, _PK_B2 = ("ka", "ke", "volume"), ("ke1", "k12a", "k21a", "ke2", "k12b", "k21b")


@dataclass(frozen=True)
class Form:
    """One way to put a yardstick to `ossim`.

    Attributes
    ----------
    modes : closed-form PK per drug from named parameters, or None where the PK states are in the system
    smooth : whether a dose leaves the concentration continuous
    logarithmic : whether states are logarithms (they may then be negative)
    """

    label: str
    system: System
    modes: Callable[[dict], list[Modes]] | None = None
    smooth: bool = False
    logarithmic: bool = False


def _modes_b1(p: dict) -> list[Modes]:
    return [with_absorption(disposition_modes(p["ke"] * p["volume"], p["volume"]), p["ka"])]


def _modes_b2(p: dict) -> list[Modes]:
    rates = (("ke1", "k12a", "k21a"), ("ke2", "k12b", "k21b"))
    return [disposition_modes(p[ke], 1.0, [p[out]], [p[out] / p[back]]) for ke, out, back in rates]


FORMS = {
    "B1": (
        Form("as written", System("b1_written", STATES_B1, _TUMOR_B1 + _PK_B1, written_b1)),
        Form("closed-form PK", System("b1_closed", ("V", "K"), _TUMOR_B1, closed_b1, ("C",)), _modes_b1, True),
        Form(
            "log states, closed-form PK",
            System("b1_logarithmic", ("v", "k"), _TUMOR_B1, logarithmic_b1, ("C",)),
            _modes_b1,
            True,
            True,
        ),
    ),
    "B2": (
        Form("as written", System("b2_written", STATES_B2, _TUMOR_B2 + _PK_B2, written_b2)),
        Form("closed-form PK", System("b2_closed", STATES_B2[:10], _TUMOR_B2, tumor_b2, ("C1", "C2")), _modes_b2),
    ),
}


def build(yardstick: Yardstick, form: Form, drawn: np.ndarray, rtol: float) -> Problem:
    """Bind an ensemble `drawn`, shape (n_runs, n_parameters), to the engine, with daily output."""
    n, system = len(drawn), form.system
    named = dict(zip(yardstick.names, drawn.T, strict=True))
    written = (name.upper() if form.logarithmic else name for name in system.states)
    start = yardstick.start(drawn)[:, [yardstick.states.index(name) for name in written]]
    parameters = drawn[:, [yardstick.names.index(name) for name in system.parameters]]
    runs = make_runs(system, np.log(start) if form.logarithmic else start, parameters)
    modes = [] if form.modes is None else form.modes(named)
    exposure, sizes = no_exposure(system, n), [found.size for found in modes]
    if modes:
        decay, gain = (np.ascontiguousarray(np.hstack([getattr(m, key) for m in modes])) for key in ("decay", "gain"))
        zero = np.zeros_like(decay)
        channel = np.repeat(np.arange(len(modes)), sizes)
        exposure = Exposure(zero, decay, gain, zero.copy(), np.ones_like(decay), channel, exposure.level)
    return make_problem(
        system,
        runs,
        exposure=exposure,
        doses=_doses(yardstick, form, drawn, np.cumsum([0, *sizes])),
        records=make_records(np.arange(yardstick.days + 1), np.arange(n), system.n_states, exposure.channel.size),
        control=make_control(rtol=rtol, atol=ATOL, signed=form.logarithmic),
    )


def _doses(yardstick: Yardstick, form: Form, drawn: np.ndarray, borders: np.ndarray) -> Doses:
    day, drug = np.nonzero(yardstick.given)
    n, k = len(drawn), len(yardstick.drug_state)
    closed = form.modes is not None
    nothing = np.zeros(day.size)
    return Doses(
        time=day.astype(float),
        kind=np.full(day.size, EVENT_BOLUS),
        compartment=np.ascontiguousarray(drug, np.int64),
        value=np.ones(day.size),
        interval=nothing,
        duration=nothing,
        next=np.zeros(n, np.int64),
        last=np.full(n, day.size),
        origin=np.zeros(n),
        first_mode=borders[:-1] if closed else np.zeros(k, np.int64),
        last_mode=borders[1:] if closed else np.zeros(k, np.int64),
        state=np.full(k, -1) if closed else np.array(yardstick.drug_state),
        smooth=np.full(k, form.smooth),
        scale=np.ascontiguousarray(drawn[:, list(yardstick.drug_dose)]),
    )


def solve(yardstick: Yardstick, problem: Problem) -> None:
    """Advance a fresh problem to its last day, on one thread."""
    advance_problem(problem, float(yardstick.days))


def output(yardstick: Yardstick, form: Form, problem: Problem) -> np.ndarray:
    """Volume of every run on every day, shape (n_runs, n_days + 1)."""
    states = problem.records.state
    return np.exp(states[:, :, 0]) if form.logarithmic else states[:, :, list(yardstick.summed)].sum(axis=2)
