"""One osteosarcoma lesion in space: clones, necrosis, matrix, vessels, host tissue, and what diffuses between them.

Cells (sensitive s, TKI-tolerant r, chemotherapy-resistant c) divide where there is room and oxygen, wander into room,
and die without oxygen and by drugs. Vessels sprout from host tissue and, less, from the vessels of the tumor where VEGF
calls them; they mature, and leak while they are immature. Invaded host tissue is destroyed with its vessels, so the
middle starves: a viable rim around a necrotic core. What is not host tissue is what a scan shows. Host tissue heals
where enough of it is left, as its square: the border of a dying lesion comes back, its core does not. An angiogenesis
inhibitor takes the vessels of the rim away; what the host still supplies keeps a border alive that hardly grows.

Oxygen o (blood = 1), VEGF a, interstitial pressure p (vessels = 1) and drug d (plasma = 1) are at rest with the cells:
their diffusivities are squared diffusion lengths, and rates are relative to the consumption of densely packed cells.
Drug levels in tissue are plasma levels times d. The formulation is of this package (see the page); no published spatial
model of osteosarcoma was found.
"""

from __future__ import annotations

from ossim.numerics.elementwise import maximum, minimum, pow
from ossim.numerics.pde.system import FieldSystem, Transported

CELLS = ("s", "r", "c")
SOLID = (*CELLS, "n", "x")


def room(s, r, c, n, x, ki, km, vv):
    """Share of the space that is free, from 0 to 1; vessels of density 1 fill the share vv."""
    return minimum(maximum(1.0 - (s + r + c + n + x) - vv * (ki + km), 0.0), 1.0)


def spread(s, r, c, n, x, ki, km, vv):
    """Cells move into room only."""
    mobility = room(s, r, c, n, x, ki, km, vv)
    return mobility


def perfusion(ki, km, c0, eps):
    """Blood flow of vessels, 1 at the densities of the lumped patient at baseline."""
    return c0 * (km + eps * ki)


def oxygen(s, r, c, ki, km, h, c0, eps, kappa, host, hostratio):
    """Supply by vessels of tumor, with the square of perfusion as in the patient, and of host; consumption by both."""
    flow = perfusion(ki, km, c0, eps)
    supply = flow * flow / kappa + host * h / hostratio
    uptake = supply + s + r + c + host * h
    return uptake, supply


def vegf(s, r, c, o, o1, aH, aI, I):
    """Made by viable cells, more without oxygen and under inhibition of VEGFR; decays."""
    supply = (s + r + c) * (1.0 + aH * maximum(o1 - o, 0.0) / o1 + aI * I)
    uptake = 1.0 + 0.0 * supply
    return uptake, supply


def pressure(ki, km, h, leak, drain, seal):
    """Fluid leaks from vessels, more from immature ones, and is drained by host tissue (after Baxter and Jain 1989)."""
    supply = leak * ki + km
    uptake = supply + drain * h + seal
    return uptake, supply


def drug(ki, km, h, p, c0, eps, host, theta, loss):
    """Delivered by blood against the pressure, and by host tissue; washed out with blood, lost in tissue."""
    supply = perfusion(ki, km, c0, eps) * (1.0 - theta * p) + host * h
    uptake = supply + loss
    return uptake, supply


def effect(d, low, high):
    """Mean occupancy of a target while the exposure is half of the time `low` and half `high`, times what arrives.

    Both x / (1 + x) on one denominator.
    """
    a, b = low * d, high * d
    return (0.5 * (a + b) + a * b) / ((1.0 + a) * (1.0 + b))


def rates(
    s, r, c, n, x, ki, km, h, o, a, d,
    vv, lam, delta, xi, o1, d1, cyc1, costR, costC, g0, kcl, xprod, psp, tau, gamV, pmat, li, lm, piI, piM, kdes, heal,
    kdM, kdI, kdS, kdT, kch, alphaM, Mmax, I, Ie, boost, m1, m2, f1, f2, q1, q2, y1, y2,
):  # fmt: skip
    """Cells, debris, matrix, vessels and host tissue in one place."""
    free = room(s, r, c, n, x, ki, km, vv)
    arrived = d * (1.0 / d1)  # what is divided by is one for all cells: multiplying is several times as fast
    M = Mmax * effect(arrived, m1, m2)
    oR = maximum(o, xi * o1 + (1.0 - xi) * o)
    growth = lam * free * boost * (1.0 - alphaM * M)
    kill_common = kdM * M + kdI * effect(arrived, f1, f2) + kdS * effect(arrived, q1, q2)
    kill_cycling = kch * effect(arrived, y1, y2) * o * free * (1.0 / cyc1)
    death_s = (delta * (1.0 - o) + kill_common + kdT * I + kill_cycling) * s
    death_r = (delta * (1.0 - oR) + kill_common + kill_cycling) * r
    death_c = (delta * (1.0 - o) + kill_common + kdT * I) * c
    born_s, born_r, born_c = growth * o * s, growth * o * r, growth * o * c
    ds = born_s - death_s
    dr = born_r - death_r - costR * g0 * r
    dc = born_c - death_c - costC * g0 * c
    dn = death_s + death_r + death_c - kcl * minimum(o * (1.0 / o1), 1.0) * n
    dx = xprod * (born_s + born_r + born_c)
    dki = psp * (1.0 - Ie) * pow(a, gamV) * free * (h + tau * (ki + km)) - (pmat + li + piI * Ie) * ki
    dkm = pmat * ki - (lm + piM * Ie) * km
    dh = heal * h * h * maximum(free - h, 0.0) - kdes * (s + r + c) * h
    return ds, dr, dc, dn, dx, dki, dkm, dh


def readings(s, r, c, x, ki, km, h, o, level, span):
    """What a scan counts as lesion, in part over a range of tissue that is not host; cells, and what they are given."""
    outlined = minimum(maximum((1.0 - h - level) / span + 0.5, 0.0), 1.0)
    viable = s + r + c
    breathed, immature, mature = viable * o, viable * ki, viable * km
    return outlined, viable, s, r, c, x, breathed, immature, mature


#: set by the drugs and the course of the disease, anew for every half step
DRIVEN = ("lam", "xi", "I", "Ie", "boost", "m1", "m2", "f1", "f2", "q1", "q2", "y1", "y2")

#: kernel symbol -> parameter of the patient, where it is taken as it is
FROM_PATIENT = {
    "delta": "hypoxic_death_rate",
    "xi": "hypoxia_tolerance",
    "costR": "resistance_cost_tki",
    "costC": "resistance_cost_chemo",
    "kcl": "dead_cell_clearance_rate",
    "gamV": "vegf_exponent",
    "aH": "vegf_hypoxia_gain",
    "aI": "vegf_inhibition_gain",
    "pmat": "vessel_maturation_rate",
    "li": "immature_vessel_loss_rate",
    "lm": "mature_vessel_loss_rate",
    "piI": "immature_pruning_rate",
    "piM": "mature_pruning_rate",
    "eps": "immature_perfusion",
    "kappa": "oxygenation_midpoint",
    "kdM": "kill_rate_mtor",
    "kdI": "kill_rate_igf1r",
    "kdS": "kill_rate_src",
    "kdT": "kill_rate_tki",
    "kch": "kill_rate_cytotoxic",
    "alphaM": "mtor_antiproliferative_effect",
    "Mmax": "mtor_maximal_inhibition",
}

#: kernel symbol -> parameter of this model; lengths enter as their squares
FROM_SPACE = {
    "Lo": "oxygen_diffusion_length",
    "La": "vegf_diffusion_length",
    "Lp": "pressure_length",
    "Ld": "drug_diffusion_length",
    "vv": "vessel_space_fraction",
    "host": "host_consumption",
    "hostratio": "host_supply_ratio",
    "kdes": "host_destruction_rate",
    "heal": "host_healing_rate",
    "psp": "sprouting_rate",
    "tau": "tumor_sprouting_share",
    "leak": "immature_leakiness",
    "drain": "host_drainage",
    "seal": "tumor_drainage",
    "theta": "pressure_block",
    "loss": "drug_loss",
    "level": "outline_level",
    "span": "outline_range",
}
LENGTHS = ("Lo", "La", "Lp", "Ld")

#: kernel symbols that follow from the lesion at baseline
CALIBRATED = ("D", "c0", "o1", "d1", "cyc1", "g0", "xprod")

PARAMETERS = tuple(dict.fromkeys((*FROM_PATIENT, *FROM_SPACE, *CALIBRATED, *DRIVEN)))

SYSTEM = FieldSystem(
    name="osteosarcoma_spatial",
    fields=(*SOLID, "ki", "km", "h"),
    parameters=PARAMETERS,
    rates=rates,
    diffusivity=dict.fromkeys(CELLS, "D"),
    mobility=spread,
    transported=(
        Transported("o", "Lo", oxygen),
        Transported("a", "La", vegf),
        Transported("p", "Lp", pressure),
        Transported("d", "Ld", drug),
    ),
    totals=readings,
)

#: symbol -> (name, unit, long name) of what is shown of a lesion
SHOWN = {
    "lesion": ("lesion_tissue", "1", "tissue that is not host"),
    "viable": ("viable_cells", "1", "viable cells"),
    "r": ("resistant_cells", "1", "TKI-tolerant cells"),
    "n": ("necrosis", "1", "necrosis"),
    "x": ("matrix", "1", "ossified matrix"),
    "ki": ("immature_vessels", "1", "immature vessels"),
    "km": ("mature_vessels", "1", "mature vessels"),
    "o": ("oxygen", "1", "oxygen relative to blood"),
    "a": ("vegf_local", "1", "VEGF"),
    "p": ("interstitial_pressure", "1", "interstitial pressure"),
    "d": ("drug_level", "1", "drug relative to plasma"),
}
TUMOR = ("lesion",)
