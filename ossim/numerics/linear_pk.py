"""Linear compartmental pharmacokinetics as independent decaying modes, solved in closed form.

A drug with n disposition compartments, given into the central compartment or through first-order absorption, has the
central concentration C = sum_i m_i with m_i' = -decay_i m_i + gain_i * input(t) [mg/day]. Between events the input is
constant, so each mode relaxes exactly: m_i -> s_i + (m_i - s_i) exp(-decay_i t) with s_i = gain_i * input / decay_i.

References
----------
Gibaldi M, Perrier D. Pharmacokinetics, 2nd ed. (1982), ch. 2 (mammillary models by partial fractions).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# Equal rates make partial fractions singular. Spreading a pair to +-1e-5 around its mean changes the concentration
# by the square of that, and rounding by 1e-16 / 1e-5: both below 1e-9.
_SPREAD = 1e-5


@dataclass(frozen=True)
class Modes:
    """Decay rates [1/day] and gains [mg/L per mg] of a drug, shape (n_runs, n_modes)."""

    decay: np.ndarray
    gain: np.ndarray

    @property
    def size(self) -> int:
        return self.decay.shape[1]


def disposition_modes(clearance, volume, exchange_clearances=(), peripheral_volumes=()) -> Modes:
    """Modes of a dose into the central compartment of a 1-, 2- or 3-compartment model.

    Parameters
    ----------
    clearance : array_like, shape (n_runs,) [L/day]
    volume : array_like, shape (n_runs,) [L]
        Central volume of distribution.
    exchange_clearances, peripheral_volumes : sequences of array_like [L/day], [L]
        One pair per peripheral compartment.
    """
    clearance, volume = np.broadcast_arrays(np.asarray(clearance, float), np.asarray(volume, float))
    clearance, volume = np.atleast_1d(clearance), np.atleast_1d(volume)
    n_runs, n = clearance.size, 1 + len(exchange_clearances)
    exchange = np.array([np.broadcast_to(q, n_runs) for q in exchange_clearances], float).reshape(n - 1, n_runs).T
    peripheral = np.array([np.broadcast_to(v, n_runs) for v in peripheral_volumes], float).reshape(n - 1, n_runs).T
    back = exchange / peripheral
    if n == 1:
        decay = (clearance / volume)[:, None]
    else:
        symmetric = np.zeros((n_runs, n, n))
        symmetric[:, 0, 0] = (clearance + exchange.sum(axis=1)) / volume
        for j in range(1, n):
            symmetric[:, j, j] = back[:, j - 1]
            coupling = -np.sqrt(exchange[:, j - 1] / volume * back[:, j - 1])
            symmetric[:, 0, j] = symmetric[:, j, 0] = coupling
        decay = np.linalg.eigvalsh(symmetric)
    gain = np.empty_like(decay)
    for i in range(n):
        others = [j for j in range(n) if j != i]
        numerator = np.prod(back - decay[:, i : i + 1], axis=1)
        gain[:, i] = numerator / np.prod(decay[:, others] - decay[:, i : i + 1], axis=1) / volume
    return Modes(decay, gain)


def with_absorption(modes: Modes, absorption_rate, bioavailability=1.0) -> Modes:
    """Modes of a dose into a depot that empties at `absorption_rate` [1/day] into the central compartment."""
    rate = np.broadcast_to(np.asarray(absorption_rate, float), modes.decay.shape[0])
    fraction = np.broadcast_to(np.asarray(bioavailability, float), rate.shape)
    decay, depot = modes.decay.copy(), rate.copy()
    apart = np.empty_like(decay)
    for i in range(modes.size):
        mean = 0.5 * (rate + decay[:, i])
        close = np.abs(rate - decay[:, i]) < 2.0 * _SPREAD * mean
        depot = np.where(close, mean * (1.0 + _SPREAD), depot)
        decay[:, i] = np.where(close, mean * (1.0 - _SPREAD), decay[:, i])
        apart[:, i] = np.where(close, 2.0 * _SPREAD * mean, rate - decay[:, i])
    gain = (fraction * rate)[:, None] * modes.gain / apart
    return Modes(np.column_stack([decay, depot]), np.column_stack([gain, -gain.sum(axis=1)]))
