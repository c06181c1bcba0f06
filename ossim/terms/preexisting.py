"""Resistance that is there before treatment: how probable it is, and how many resistant cells there are.

These are formulas for the user and the checks of the simulation in `numerics.birth_death`, not parts of rate functions.
"""

from __future__ import annotations

import numpy as np


def clone_factor(birth, death):
    """Mutations that matter per cell of a tumor and mutation rate, F = (b/d) ln(b / (b - d)), 1 without death.

    Death makes more divisions per cell, and takes some mutants away again (Iwasa, Nowak and Michor 2006, Genetics
    172:2557-2566, doi 10.1534/genetics.105.049791).
    """
    x = np.asarray(death, float) / birth
    safe = np.where(x > 0.0, x, 1.0 / 2.0)
    return np.where(x > 0.0, -np.log1p(-safe) / safe, 1.0)[()]


def resistance_probability(size, mutation, birth, death):
    """Probability that a tumor of `size` cells holds a resistant one, 1 - exp(-M u F), for neutral mutants.

    Parameters
    ----------
    mutation : probability that one of the two cells of a division is resistant
    birth, death : rates per cell, in one unit of time

    References
    ----------
    Iwasa Y, Nowak MA, Michor F. Evolution of resistance during clonal expansion. Genetics 2006;172:2557-2566.
    """
    return -np.expm1(-np.asarray(size, float) * mutation * clone_factor(birth, death))


def luria_delbrueck(mutations: float, most: int) -> np.ndarray:
    """Probabilities of 0, 1, ..., `most` mutants where none dies and `mutations` are expected.

    p_0 = e^-m and p_n = (m/n) sum_{i<n} p_i / (n - i + 1), of a growth from one cell to very many.

    References
    ----------
    Luria SE, Delbrueck M. Genetics 1943;28:491-511. Lea DE, Coulson CA. J Genet 1949;49:264-285. The recursion: Ma WT,
    Sandri GvH, Sarkar S. J Appl Probab 1992;29:255-267.
    """
    found = np.zeros(most + 1)
    found[0] = np.exp(-mutations)
    weight = 1.0 / np.arange(2.0, most + 2.0)
    for n in range(1, most + 1):
        found[n] = mutations / n * (found[:n] @ weight[:n][::-1])
    return found


def luria_delbrueck_generating_function(mutations, z):
    """Generating function of `luria_delbrueck`, sum of p_n z^n = (1 - z)^(m (1 - z) / z); e^-m at 0, 1 at 1."""
    z = np.asarray(z, float)
    inside = (z > 0.0) & (z < 1.0)
    safe = np.where(inside, z, 1.0 / 2.0)
    exponent = np.where(inside, (1.0 - safe) / safe * np.log1p(-safe), np.where(z > 0.0, 0.0, -1.0))
    return np.exp(mutations * exponent)[()]
