"""The osteosarcoma patient written down a second time, for SciPy: the oracle of the tests, sharing no code with ossim.

Volumes are in cm^3, drug amounts in mg, exactly as the formulation is printed. The drugs are states (depot, central,
peripheral compartments), and the integration starts anew at each dose and at each start and end of an infusion.
Drugs and parameters come in as plain numbers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.integrate import odeint, solve_ivp

CUBIC_MM_PER_CM = 1000.0
LESION = ("S", "R", "C", "D1", "D2", "X", "Ki", "Km", "B")
SHARED = ("V", "s", "Hn", "Hd")


@dataclass(frozen=True)
class Kinetics:
    """A drug that acts through its concentration, for one patient.

    `potency` is the exposure x per mg/L of total drug; `channel` is vegfr, mtor or cytotoxic.
    """

    channel: str
    potency: float
    clearance: float
    volume: float
    absorption: float | None = None
    peripheral: tuple[tuple[float, float], ...] = ()

    @property
    def size(self) -> int:
        return 2 + len(self.peripheral)

    def matrix(self) -> np.ndarray:
        """Rates between depot, central and peripheral amounts."""
        a = np.zeros((self.size, self.size))
        if self.absorption is not None:
            a[0, 0], a[1, 0] = -self.absorption, self.absorption
        a[1, 1] = -self.clearance / self.volume
        for place, (exchange, volume) in enumerate(self.peripheral, start=2):
            a[1, 1] -= exchange / self.volume
            a[place, 1] = exchange / self.volume
            a[1, place] = exchange / volume
            a[place, place] = -exchange / volume
        return a


@dataclass(frozen=True)
class Dose:
    """An amount [mg] of drug number `drug` at `time` [day], at once or over `duration` [day]."""

    drug: int
    time: float
    amount: float
    duration: float = 0.0


@dataclass(frozen=True)
class Treatment:
    """Drugs with a concentration, their doses, and drugs that act fully while prescribed.

    At the start of a second line the hypoxia tolerance is multiplied.
    """

    kinetics: tuple[Kinetics, ...] = ()
    doses: tuple[Dose, ...] = ()
    igf1r: bool = False
    src: bool = False
    mtor_full: bool = False
    second_line: float = math.inf
    tolerance_factor: float = 1.0


class Patient:
    """One patient: `p` holds parameters by catalogue name (one number each), lesions have sizes and clones."""

    def __init__(self, p: Mapping[str, float], diameters: Sequence[float], resistant: Sequence[float]):
        self.p = dict(p)
        p = self.p
        self.g0 = math.log(2.0) / p["doubling_time"]
        kappa, delta, kcl = p["oxygenation_midpoint"], p["hypoxic_death_rate"], p["dead_cell_clearance_rate"]
        self.u1 = 1.0 / (1.0 + kappa)
        self.lam = (self.g0 + delta * (1.0 - self.u1)) / self.u1
        a1 = delta * (1.0 - self.u1) / (kcl + self.g0)
        a2 = kcl * a1 / (kcl + self.g0)
        self.r0 = (p["mature_vessel_loss_rate"] + self.g0) / p["vessel_maturation_rate"]
        lesions = []
        for diameter, fraction in zip(diameters, resistant, strict=True):
            total = math.pi / 6.0 * (diameter / 10.0) ** 3
            matrix = p["matrix_fraction"] * total
            viable = (total - matrix) / (1.0 + a1 + a2)
            tolerant = fraction * viable
            chemo = (1.0 - fraction) * p["chemo_resistant_fraction"] * viable
            immature = viable * self.r0
            clones, dying = [viable - tolerant - chemo, tolerant, chemo], [a1 * viable, a2 * viable]
            lesions.append([*clones, *dying, matrix, immature, viable, 0.0])
        self.lesions = np.array(lesions)
        self.T0 = self.lesions[:, :6].sum(axis=1)
        self.N0 = self.lesions[:, :3].sum(axis=1)
        self.c0 = self.N0 / (self.lesions[:, 7] + p["immature_perfusion"] * self.lesions[:, 6])
        leaving = p["vessel_maturation_rate"] + p["immature_vessel_loss_rate"]
        self.drive = (leaving + self.g0) * self.lesions[:, 6] / self.N0
        births = (self.g0 + delta * (1.0 - self.u1)) * self.N0
        self.x_prod = self.g0 * self.lesions[:, 5] / births
        self.capacity = max(p["saturation_volume"] / CUBIC_MM_PER_CM, p["saturation_ratio"] * self.T0.sum())
        self.sat0 = 1.0 - self.T0.sum() / self.capacity

    def start(self) -> np.ndarray:
        """Shared states, then the lesions."""
        return np.concatenate([[1.0, 1.0, 0.0, 0.0], self.lesions.ravel()])

    def rates(self, y, x: Mapping[str, float], treatment: Treatment, tolerance: float) -> list[float]:
        """Time derivatives of the tumor part under exposures `x`; `tolerance` is that of resistant cells."""
        p, u1 = self.p, self.u1
        V, s = y[0], y[1]
        n = len(self.T0)
        floor = p["extinction_volume"] / CUBIC_MM_PER_CM  # less than a cell: perfusion per cell has no meaning
        I = x["vegfr"] / (1.0 + x["vegfr"])
        M = p["mtor_maximal_inhibition"] * (1.0 if treatment.mtor_full else x["mtor"] / (1.0 + x["mtor"]))
        chemo = x["cytotoxic"] / (1.0 + x["cytotoxic"])
        N_total = T_total = mean_u = 0.0
        seen = []
        for j in range(n):
            S, R, C, D1, D2, X, Ki, Km, _ = y[4 + 9 * j : 13 + 9 * j]
            N = max(S + R + C, floor)
            T = N + D1 + D2 + X
            q = self.c0[j] * (Km + p["immature_perfusion"] * Ki) / N
            u = q**2 / (q**2 + p["oxygenation_midpoint"])
            seen.append((N, T, q, u))
            N_total, T_total, mean_u = N_total + N, T_total + T, mean_u + u * N
        mean_u /= N_total
        room = max(0.0, 1.0 - T_total / self.capacity) / self.sat0
        hypoxia = max(0.0, (u1 - mean_u) / u1)
        out = [
            p["vegf_turnover_rate"] * (1.0 + p["vegf_hypoxia_gain"] * hypoxia + p["vegf_inhibition_gain"] * I - V),
            p["svegfr2_turnover_rate"] * (1.0 - p["svegfr2_inhibition"] * I - s),
            p["new_lesion_hazard"]
            * (N_total / (p["new_lesion_reference_volume"] / CUBIC_MM_PER_CM)) ** p["new_lesion_burden_exponent"]
            * V ** p["new_lesion_vegf_exponent"]
            * (1.0 - p["new_lesion_inhibition_effect"] * I),
            p["death_hazard"]
            * (T_total / (p["death_reference_volume"] / CUBIC_MM_PER_CM)) ** p["death_burden_exponent"],
        ]
        I0 = p["bypass_release_inhibition"]
        off = I0**4 / (I0**4 + I**4)
        for j, (N, T, q, u) in enumerate(seen):
            S, R, C, D1, D2, _, Ki, Km, B = y[4 + 9 * j : 13 + 9 * j]
            Ie = I * (1.0 - p["bypass_strength"] * B * (1.0 - M))
            A = (1.0 - Ie) * V ** p["vegf_exponent"]
            lamE = (
                self.lam * room * (1.0 - p["mtor_antiproliferative_effect"] * M)
                * (1.0 + p["bypass_growth_boost"] * B * (1.0 - M))
            )  # fmt: skip
            uR = tolerance * u1 + (1.0 - tolerance) * u
            delta = p["hypoxic_death_rate"]
            kd_R = p["kill_rate_mtor"] * M
            kd_R += p["kill_rate_igf1r"] * treatment.igf1r + p["kill_rate_src"] * treatment.src
            kd = kd_R + p["kill_rate_tki"] * I
            eta = q * (1.0 + p["leakiness_penalty"] * self.r0) / (1.0 + p["leakiness_penalty"] * Ki / Km)
            kc = p["kill_rate_cytotoxic"] * chemo * eta * u / u1
            dead_S, dead_R = (delta * (1.0 - u) + kd + kc) * S, (delta * (1.0 - uR) + kd_R + kc) * R
            dead = dead_S + dead_R + (delta * (1.0 - u) + kd) * C
            born = lamE * (u * S + uR * R + u * C)
            psi = 1.0 - p["endogenous_inhibition_share"] * (1.0 - (T / self.T0[j]) ** (2.0 / 3.0))
            kcl, pmat = p["dead_cell_clearance_rate"], p["vessel_maturation_rate"]
            lm, li = p["mature_vessel_loss_rate"], p["immature_vessel_loss_rate"]
            out += [
                lamE * u * S - (delta * (1.0 - u) + kd + kc) * S,
                (lamE * uR - p["resistance_cost_tki"] * self.g0) * R - (delta * (1.0 - uR) + kd_R + kc) * R,
                (lamE * u - p["resistance_cost_chemo"] * self.g0) * C - (delta * (1.0 - u) + kd) * C,
                dead - kcl * D1,
                kcl * (D1 - D2),
                self.x_prod[j] * born,
                self.drive[j] * A * N - (pmat + li * psi + p["immature_pruning_rate"] * Ie) * Ki,
                pmat * Ki - (lm * psi + p["mature_pruning_rate"] * Ie) * Km,
                p["bypass_onset_rate"] * I * (1.0 - B) - p["bypass_decay_rate"] * off * B,
            ]
        return out


def integrate(
    patient: Patient, treatment: Treatment, times: Sequence[float], rtol: float = 1e-12, method: str = "lsoda"
) -> np.ndarray:
    """States at `times`, shape (n_times, n_states) [cm^3]; at the moment of a dose, those before it."""
    drugs = treatment.kinetics
    sizes = [drug.size for drug in drugs]
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(int)
    n_pk = int(offsets[-1])
    flow = np.zeros((n_pk, n_pk))
    for drug, offset in zip(drugs, offsets, strict=False):
        flow[offset : offset + drug.size, offset : offset + drug.size] = drug.matrix()
    links = [(i, j, flow[i, j]) for i, j in zip(*np.nonzero(flow), strict=True)]
    infused = np.zeros(n_pk)
    tolerance = patient.p["hypoxia_tolerance"]

    def field(y, t):
        pk = [float(value) for value in infused]
        for i, j, rate in links:
            pk[i] += rate * y[j]
        x = {"vegfr": 0.0, "mtor": 0.0, "cytotoxic": 0.0}
        for drug, offset in zip(drugs, offsets, strict=False):
            x[drug.channel] += drug.potency * y[offset + 1] / drug.volume
        return pk + patient.rates(y[n_pk:].tolist(), x, treatment, tolerance)

    y = np.concatenate([np.zeros(n_pk), patient.start()])
    # amounts below 1e-13 mg and volumes below 1e-17 cm^3 (1e-8 cells) need no relative accuracy
    atol = np.concatenate([np.full(n_pk, 1e-13), np.full(4, 1e-14), np.full(y.size - n_pk - 4, 1e-17)])
    changes = {}
    for dose in treatment.doses:
        entry = offsets[dose.drug] + (0 if drugs[dose.drug].absorption is not None else 1)
        if dose.duration > 0.0:
            rate = dose.amount / dose.duration
            changes.setdefault(dose.time, []).append(("rate", entry, rate))
            changes.setdefault(dose.time + dose.duration, []).append(("rate", entry, -rate))
        else:
            changes.setdefault(dose.time, []).append(("amount", entry, dose.amount))
    stops = sorted({*changes, *times, treatment.second_line})
    now, found = 0.0, {}
    for stop in stops:
        if stop > max(times):
            break
        if stop > now:
            y = _advance(field, y, now, stop, rtol, atol, method)
            now = stop
        if stop in times:
            found[stop] = y[n_pk:].copy()
        for kind, entry, value in changes.get(stop, ()):
            if kind == "rate":
                infused[entry] = 0.0 if abs(infused[entry] + value) < 1e-9 * abs(value) else infused[entry] + value
            else:
                y[entry] += value
        if stop == treatment.second_line:
            tolerance *= treatment.tolerance_factor
    return np.array([found[time] for time in times])


def _advance(field, y, start: float, end: float, rtol: float, atol: np.ndarray, method: str) -> np.ndarray:
    if method == "lsoda":
        path, info = odeint(field, y, [start, end], rtol=rtol, atol=atol, mxstep=100_000, full_output=True)
        assert info["message"] == "Integration successful."
        return path[-1]
    solved = solve_ivp(lambda t, y: field(y, t), (start, end), y, method=method, rtol=rtol, atol=atol)
    assert solved.success
    return solved.y[:, -1]
