"""The two yardstick problems, each as one set of numbers that every tool solves in its own form.

B1: a tumor with its carrying capacity and one oral drug; 4 states, 20 daily doses, 60 days, daily output of volume.
B2: three clones, dying cells in transit, VEGF and its soluble receptor, immature and mature vessels, and two drugs
with two compartments each; 14 states, rates from 0.005 to 50 per day, 180 daily doses, daily output of volume.

Every parameter of every run carries an independent log-normal factor with standard deviation 0.2. A dose given at
the time of an output comes after it. The forms that `ossim` solves are in `forms`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np

from .rebinding import Arithmetic, rebind_math

SPREAD = 0.2

VALUES_B1 = {
    "growth": 0.192, "b": 5.85, "d": 0.00873, "e": 0.66, "loss": 0.0, "ka": 10.0, "ke": 1.7, "volume": 1.0,
    "dose": 20.0, "V0": 200.0, "K0": 625.0,
}  # fmt: skip
STATES_B1 = ("V", "K", "A", "C")

VALUES_B2 = {
    "lam": 0.10, "kap": 6.0, "aE2": 0.6, "cR1": 0.10, "cR2": 0.15, "k1": 0.25, "k2": 0.20, "m1": 1e-4, "m2": 1e-4,
    "kt": 2.0, "pF": 40.0, "lossF": 50.0, "kb": 5.0, "pX": 1.0, "lossX": 0.5, "pI": 0.30, "kmat": 0.10, "lossI": 0.20,
    "aI": 2.0, "lossM": 0.005, "aM": 0.02, "IC1": 1.0, "IC2": 0.5, "ke1": 1.2, "k12a": 12.0, "k21a": 6.0, "ke2": 0.8,
    "k12b": 8.0, "k21b": 3.0, "dose1": 6.0, "dose2": 3.0, "Th": 500.0, "F50": 0.5, "T0": 200.0,
}  # fmt: skip
STATES_B2 = ("S", "R1", "R2", "D1", "D2", "D3", "F", "X", "I", "M", "C1", "Q1", "C2", "Q2")


def slopes_b1(t, y, dy, p):
    """Write the slopes of B1 into `dy`; plain Python that numba compiles as it stands."""
    V, K, A, C = y[0], y[1], y[2], y[3]
    dy[0] = -p[0] * V * math.log(V / K)
    dy[1] = p[1] * V - p[2] * K * V ** (2.0 / 3.0) - p[3] * C * K - p[4] * K
    dy[2] = -p[5] * A
    dy[3] = p[5] * A / p[7] - p[6] * C


def slopes_b2(t, y, dy, p):
    """Write the slopes of B2 into `dy`; plain Python that numba compiles as it stands."""
    S, R1, R2, D1, D2, D3, F, X, I, M = y[0], y[1], y[2], y[3], y[4], y[5], y[6], y[7], y[8], y[9]
    C1, Q1, C2, Q2 = y[10], y[11], y[12], y[13]
    T = S + R1 + R2 + D1 + D2 + D3
    vessels = M + 0.5 * I
    G = -p[0] * math.log(T / (p[1] * vessels))
    oxygen = vessels / (vessels + 0.05 * T)
    power = C1 * math.sqrt(abs(C1))
    E1 = power / (power + p[21] * math.sqrt(p[21]))
    E2 = C2 / (C2 + p[22])
    g = G * (1.0 - p[2] * E2)
    kill_S, kill_R1, kill_R2 = p[5] * E1 + p[6] * E2, p[6] * E2, p[5] * E1
    dy[0] = S * (g - kill_S - p[7] - p[8])
    dy[1] = R1 * (g * (1.0 - p[3]) - kill_R1) + p[7] * S
    dy[2] = R2 * (G * (1.0 - p[4]) - kill_R2) + p[8] * S
    dy[3] = kill_S * S + kill_R1 * R1 + kill_R2 * R2 - p[9] * D1
    dy[4] = p[9] * (D1 - D2)
    dy[5] = p[9] * (D2 - D3)
    made = p[10] * (1.2 - oxygen) * T / (T + p[31]) * (1.0 - 0.5 * E2)
    dy[6] = made - p[11] * F - p[12] * F * X
    dy[7] = p[13] * (1.0 - 0.4 * E1) - p[14] * X - p[12] * F * X
    F2 = F * F
    sprout = p[15] * F2 / (F2 + p[32] * p[32]) * (1.0 - E1) * (vessels + 1.0)
    dy[8] = sprout - p[16] * I - p[17] * (1.0 + p[18] * E1) * I
    dy[9] = p[16] * I - p[19] * M - p[20] * E1 * M
    dy[10] = -(p[23] + p[24]) * C1 + p[25] * Q1
    dy[11] = p[24] * C1 - p[25] * Q1
    dy[12] = -(p[26] + p[27]) * C2 + p[28] * Q2
    dy[13] = p[27] * C2 - p[28] * Q2


def start_b1(p: np.ndarray) -> np.ndarray:
    """States at time 0, shape (n_runs, 4), from parameters of shape (n_runs, 11)."""
    zero = np.zeros(len(p))
    return np.stack([p[:, 9], p[:, 10], zero, zero], axis=1)


def start_b2(p: np.ndarray) -> np.ndarray:
    """States at time 0, shape (n_runs, 14), from parameters of shape (n_runs, 34)."""
    T0 = p[:, 33]
    y = np.zeros((len(p), len(STATES_B2)))
    y[:, 0], y[:, 1], y[:, 2] = 0.98 * T0, 0.01 * T0, 0.01 * T0
    y[:, 6], y[:, 7], y[:, 8], y[:, 9] = 0.4, 1.0, 0.1 * T0, 0.15 * T0
    return y


@dataclass(frozen=True)
class Yardstick:
    """One problem.

    Attributes
    ----------
    draw : number of runs -> parameters, shape (n_runs, n_parameters); fewer runs are the first of more
    slopes : writes dy(t, y, p); compiled by numba as it stands
    rewrite : the same slopes in another arithmetic (symbols, JAX arrays, ...)
    start : parameters -> states at time 0
    given : shape (n_intervals, n_drugs), whether a drug is given at the start of an interval of unit length
    drug_state, drug_dose : per drug, the state a dose is added to and the parameter that holds it
    summed : the states whose sum is the output
    """

    key: str
    names: tuple[str, ...]
    states: tuple[str, ...]
    draw: Callable[[int], np.ndarray]
    slopes: Callable
    rewrite: Callable[[Arithmetic], Callable]
    start: Callable[[np.ndarray], np.ndarray]
    given: np.ndarray
    drug_state: tuple[int, ...]
    drug_dose: tuple[int, ...]
    summed: tuple[int, ...]

    @property
    def days(self) -> int:
        """Number of intervals, days unless the problem says otherwise."""
        return len(self.given)

    def segments(self) -> list[tuple[int, int]]:
        """First and last day of each stretch without a dose inside, in order."""
        borders = [0, *(day for day in range(1, self.days) if self.given[day].any()), self.days]
        return list(pairwise(borders))


def jittered(values: dict[str, float], exact: tuple[str, ...], seed: int, n: int) -> np.ndarray:
    """Parameters of `n` runs around `values`, those in `exact` as they are; the same for every call."""
    drawn = np.array([*values.values()]) * np.exp(
        SPREAD * np.random.default_rng(seed).standard_normal((n, len(values)))
    )
    for name in exact:
        drawn[:, [*values].index(name)] = values[name]
    return np.ascontiguousarray(drawn)


_DAY = np.arange(180)
B1 = Yardstick(
    key="B1",
    names=tuple(VALUES_B1),
    states=STATES_B1,
    draw=partial(jittered, VALUES_B1, ("loss",), 1),
    slopes=slopes_b1,
    rewrite=partial(rebind_math, slopes_b1),
    start=start_b1,
    given=(np.arange(60) < 20)[:, None],
    drug_state=(2,),
    drug_dose=(8,),
    summed=(0,),
)
B2 = Yardstick(
    key="B2",
    names=tuple(VALUES_B2),
    states=STATES_B2,
    draw=partial(jittered, VALUES_B2, (), 2),
    slopes=slopes_b2,
    rewrite=partial(rebind_math, slopes_b2),
    start=start_b2,
    given=np.stack([(_DAY < 60) | (_DAY >= 120), _DAY >= 60], axis=1),
    drug_state=(10, 12),
    drug_dose=(29, 30),
    summed=(0, 1, 2, 3, 4, 5),
)
YARDSTICKS = {"B1": B1, "B2": B2}
