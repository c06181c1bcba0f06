"""Linear pharmacokinetics by matrix exponentials: the independent check of the closed-form modes.

State: amounts [mg] in depot, central compartment, peripheral compartments. Doses enter the depot if there is one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import expm

from ossim.numerics.linear_pk import Modes, disposition_modes, with_absorption


@dataclass(frozen=True)
class Drug:
    """One parameter set; peripheral compartments as (exchange clearance [L/day], volume [L])."""

    clearance: float
    volume: float
    peripheral: tuple[tuple[float, float], ...] = ()
    absorption: float | None = None
    bioavailability: float = 1.0

    def modes(self) -> Modes:
        found = disposition_modes(
            [self.clearance], [self.volume], [q for q, _ in self.peripheral], [v for _, v in self.peripheral]
        )
        return found if self.absorption is None else with_absorption(found, self.absorption, self.bioavailability)

    def matrix(self) -> np.ndarray:
        """A in a' = A a."""
        n = 2 + len(self.peripheral)
        a = np.zeros((n, n))
        a[0, 0] = -1.0  # without absorption there is no depot: it stays empty
        if self.absorption is not None:
            a[0, 0] = -self.absorption
            a[1, 0] = self.absorption * self.bioavailability
        a[1, 1] = -self.clearance / self.volume
        for j, (exchange, volume) in enumerate(self.peripheral, start=2):
            a[1, 1] -= exchange / self.volume
            a[j, 1] += exchange / self.volume
            a[1, j] += exchange / volume
            a[j, j] -= exchange / volume
        return a

    @property
    def entry(self) -> int:
        return 1 if self.absorption is None else 0


def flow(drug: Drug, amounts: np.ndarray, rate: float, duration: float) -> np.ndarray:
    """Amounts after `duration` days of a constant input `rate` [mg/day]."""
    a = drug.matrix()
    n = a.shape[0]
    augmented = np.zeros((n + 1, n + 1))
    augmented[:n, :n] = a
    augmented[drug.entry, n] = rate
    return (expm(augmented * duration) @ np.append(amounts, 1.0))[:n]


def amounts(drug: Drug, table, times, start=None) -> np.ndarray:
    """Amounts at `times` under an event table of boluses (3) and rates (0), shape (n_times, n_compartments).

    An amount at the moment of a dose is the one before it.
    """
    now = 0.0
    level = np.zeros(drug.matrix().shape[0]) if start is None else np.array(start)
    rate, event, found = 0.0, 0, []
    for time in times:
        while event < table.time.size and table.time[event] < time:
            level = flow(drug, level, rate, table.time[event] - now)
            now = table.time[event]
            if table.kind[event] == 3:
                level[drug.entry] += table.value[event]
            else:
                rate = table.value[event]
            event += 1
        level = flow(drug, level, rate, time - now)
        now = time
        found.append(level)
    return np.array(found)


def steady_amounts(drug: Drug, dose: float, interval: float, duration: float = 0.0) -> np.ndarray:
    """Amounts just before a dose of an endless series, from the fixed point of one interval."""
    empty = np.zeros(drug.matrix().shape[0])
    if duration > 0.0:
        whole, rest = divmod(duration, interval)
        rate = dose / duration
        # infusions longer than the interval: `whole` of them always run, one more does for the rest of the interval
        gained = flow(drug, empty, (whole + 1) * rate, rest)
        gained = flow(drug, gained, whole * rate, interval - rest)
    else:
        empty[drug.entry] = dose
        gained = flow(drug, empty, 0.0, interval)
    return np.linalg.solve(np.eye(gained.size) - expm(drug.matrix() * interval), gained)


ONE = Drug(30.0, 50.0)
TWO = Drug(30.0, 20.0, ((60.0, 90.0),))
THREE = Drug(1497.6, 17.7, ((1216.8, 1830.0), (681.6, 71.0)))
EQUAL_BACK_RATES = Drug(30.0, 20.0, ((60.0, 90.0), (20.0, 30.0)))
ORAL = {
    "oral_1": Drug(165.0, 261.849, absorption=6.0),
    "oral_1_flip_flop": Drug(165.0, 100.0, absorption=0.4),
    "oral_1_partial": Drug(165.0, 100.0, absorption=3.0, bioavailability=0.38),
    "oral_2": Drug(417.6, 25.2, ((1226.4, 400.0),), absorption=15.528),
    "oral_3": Drug(30.0, 20.0, ((60.0, 90.0), (5.0, 80.0)), absorption=7.0),
    "oral_1_equal_rates": Drug(150.0, 100.0, absorption=1.5),
    "oral_1_nearly_equal_rates": Drug(150.0, 100.0, absorption=1.5 * (1.0 + 1e-7)),
    "oral_1_rates_a_little_apart": Drug(150.0, 100.0, absorption=1.5 * (1.0 + 3e-5)),
}
INTRAVENOUS = {"iv_1": ONE, "iv_2": TWO, "iv_3": THREE, "iv_3_equal_back_rates": EQUAL_BACK_RATES}
DRUGS = INTRAVENOUS | ORAL
