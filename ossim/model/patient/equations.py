"""A patient with relapsed osteosarcoma: up to five lesions, their vessels and clones, biomarkers and hazards.

Each lesion holds cells that are sensitive (S), tolerant of angiogenesis inhibition (R) or of chemotherapy (C), dying
cells in transit (D1, D2), ossified matrix that never clears (X), immature and mature vessels (Ki, Km) and the activity
of a reversible bypass through mTOR (B). Lesions share circulating VEGF (V) and sVEGFR-2 (s), both relative to
baseline, and the cumulative hazards of a new lesion (Hn) and of death (Hd). Drugs act through five exposures: the sum
of free concentration / IC50 of the drugs on VEGFR, on mTOR, on IGF-1R, on SRC, and of cytotoxic drugs.

An untreated lesion starts in balanced growth: all its states grow at ln(2) / doubling time, so that the doubling time
is an input. Volumes are in mm^3, vessels in units in which mature vessels equal viable volume at baseline.
"""

from __future__ import annotations

from dataclasses import replace

from ossim.catalog import CHANNELS
from ossim.numerics.codegen.system import System
from ossim.numerics.elementwise import exp, log, maximum
from ossim.terms.angiogenesis import delivery, oxygenation, surface_scaled_loss
from ossim.terms.growth import crowding
from ossim.terms.hazards import burden_hazard
from ossim.terms.pharmacodynamics import occupancy
from ossim.terms.resistance import bypass_rate, bypass_release, bypassed

MAX_LESIONS = 5


def lesion_summary(S, R, C, D1, D2, X, Ki, Km, c0, eps, kappa, Nmin):
    """Viable volume N, total volume T, perfusion q and oxygenation u of a lesion."""
    N = maximum(S + R + C, Nmin)
    T = N + D1 + D2 + X
    q = c0 * (Km + eps * Ki) / N
    u = oxygenation(q, kappa)
    uN = u * N
    return N, T, q, u, uN


def patient_rates(
    V, s, N_total, T_total, uN_total, x_vegfr, x_mtor, x_igf1r, x_src, x_cytotoxic,
    u1, gamV, kV, aH, aI, kS, aS, Mmax, I0, kdM, kdI, kdS, kch, mu0, Nref, eN, eV, eI, h0, Tref, nu, Tm, sat0,
):  # fmt: skip
    """Biomarkers and hazards, and what all lesions share.

    That is the inhibition I of VEGFR and M of mTOR, the VEGF drive A, the room to grow, the kill that resistant cells
    suffer too, the cytotoxic kill before delivery, and how far the bypass is free to decay.
    """
    I = occupancy(x_vegfr)
    M = Mmax * occupancy(x_mtor)
    logV = log(V)
    A = exp(gamV * logV)
    room = crowding(T_total, Tm) / sat0
    kill_common = kdM * M + kdI * occupancy(x_igf1r) + kdS * occupancy(x_src)
    kill_cytotoxic = kch * occupancy(x_cytotoxic)
    release = bypass_release(I, I0)
    hypoxia = maximum((u1 - uN_total / N_total) / u1, 0.0)
    dV = kV * (1.0 + aH * hypoxia + aI * I - V)
    ds = kS * (1.0 - aS * I - s)
    dHn = burden_hazard(N_total, Nref, mu0, eN, eV * logV) * (1.0 - eI * I)
    dHd = burden_hazard(T_total, Tref, h0, nu, 0.0)
    return dV, ds, dHn, dHd, I, M, A, room, kill_common, kill_cytotoxic, release


def lesion_rates(
    S, R, C, D1, D2, X, Ki, Km, B, N, T, q, u, I, M, A, room, kill_common, kill_cytotoxic, release,
    g0, lam, delta, u1, xi, costR, costC, kcl, kon, koff, omega, beta, p, pmat, li, lm, piI, piM, einh, zeta, r0,
    alphaM, kdT, T0, xprod,
):  # fmt: skip
    """Cells, dying cells, matrix, vessels and bypass of one lesion."""
    Ie = bypassed(I, B, omega, M)
    growth = lam * room * (1.0 - alphaM * M) * (1.0 + beta * B * (1.0 - M))
    uR = xi * u1 + (1.0 - xi) * u
    kill = kill_common + kdT * I
    eta = delivery(q, Ki, Km, r0, zeta)
    kill_cycling = kill_cytotoxic * eta * u / u1
    death_S = (delta * (1.0 - u) + kill + kill_cycling) * S
    death_R = (delta * (1.0 - uR) + kill_common + kill_cycling) * R
    death_C = (delta * (1.0 - u) + kill) * C
    born_S, born_R, born_C = growth * u * S, growth * uR * R, growth * u * C
    psi = surface_scaled_loss(T / T0, einh)
    dS = born_S - death_S
    dR = born_R - costR * g0 * R - death_R
    dC = born_C - costC * g0 * C - death_C
    dD1 = death_S + death_R + death_C - kcl * D1
    dD2 = kcl * (D1 - D2)
    dX = xprod * (born_S + born_R + born_C)
    dKi = p * (1.0 - Ie) * A * N - (pmat + li * psi + piI * Ie) * Ki
    dKm = pmat * Ki - (lm * psi + piM * Ie) * Km
    dB = bypass_rate(B, I, kon, koff, release)
    return dS, dR, dC, dD1, dD2, dX, dKi, dKm, dB


def lesion_diameter(S, R, C, D1, D2, X):
    """Diameter of the sphere with the lesion's total volume [mm]."""
    diameter = exp(log(1.909859317102744 * (S + R + C + D1 + D2 + X)) / 3.0)
    return diameter


def lesion_product(S, R, C, D1, D2, X):
    """Product of the two diameters of the sphere with the lesion's total volume [mm^2]."""
    product = exp(log(1.909859317102744 * (S + R + C + D1 + D2 + X)) / 1.5)
    return product


SHARED_STATES = ("V", "s", "Hn", "Hd")
LESION_STATES = ("S", "R", "C", "D1", "D2", "X", "Ki", "Km", "B")

SYSTEM = System(
    name="osteosarcoma_patient",
    states=SHARED_STATES,
    parameters=(
        "g0",
        "lam",
        "delta",
        "kappa",
        "u1",
        "c0",
        "eps",
        "r0",
        "p",
        "pmat",
        "li",
        "lm",
        "piI",
        "piM",
        "einh",
        "zeta",
        "xi",
        "costR",
        "costC",
        "kcl",
        "kon",
        "koff",
        "I0",
        "omega",
        "beta",
        "alphaM",
        "Mmax",
        "kdM",
        "kdI",
        "kdS",
        "kdT",
        "kch",
        "gamV",
        "kV",
        "aH",
        "aI",
        "kS",
        "aS",
        "mu0",
        "Nref",
        "eN",
        "eV",
        "eI",
        "h0",
        "Tref",
        "nu",
        "Tm",
        "sat0",
        "Nmin",
    ),
    rates=patient_rates,
    inputs=tuple(f"x_{channel}" for channel in CHANNELS),
    unit_states=LESION_STATES,
    unit_parameters=("T0", "xprod"),
    unit_summary=lesion_summary,
    totals=("N", "T", "uN"),
    unit_rates=lesion_rates,
    unit_observable=lesion_diameter,
    max_units=MAX_LESIONS,
)
#: the same patient, watched by the sum of squared diameters
SYSTEM_BY_PRODUCTS = replace(SYSTEM, name="osteosarcoma_patient_by_products", unit_observable=lesion_product)
