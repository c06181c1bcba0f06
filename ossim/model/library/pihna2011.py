"""Proliferation, invasion, hypoxia, necrosis, angiogenesis: the five fields of a glioma that outgrows its vessels.

Cells and vessels are parts of the carrying capacity Kmax. V is the share of vessels among what lives; where it is
small, cells turn hypoxic, then die, and call vessels by an angiogenic factor. Everything that moves needs room.
"""

from __future__ import annotations

from ossim.model.field_model import Field, FieldModel
from ossim.numerics.elementwise import exp, maximum
from ossim.numerics.pde.system import FieldSystem, Transported


def start(r, width, peak, v0):
    """A Gaussian seed of normoxic cells among the vessels of healthy tissue."""
    c = peak * exp(-(r * r) / (width * width))
    v = v0
    return c, v


def room(c, h, n, v):
    """Part of the carrying capacity that is free."""
    return maximum(1.0 - (c + h + n + v), 0.0)


def vascular(c, h, v):
    """Share of vessels among living cells, 0 where there are none."""
    return v / maximum(c + h + v, 1e-300)


def spread(c, h, n, v):
    """Cells and vessels move into room."""
    mobility = room(c, h, n, v)
    return mobility


def factor(c, h, n, v, a, delta_c, delta_h, q, mu, Km, omega, decay, Kmax):
    """Made by cells, more by hypoxic ones; taken up by new vessels, washed out by all, and decaying."""
    uptake = q * Kmax * mu * v * room(c, h, n, v) / (Km + a) + omega * v + decay
    supply = Kmax * (delta_c * c + delta_h * h)
    return uptake, supply


def rates(c, h, n, v, a, rho, beta, gamma, alpha_h, alpha_n, mu, Km):
    """Division, hypoxia and its reversal, necrosis and what it takes with it, and new vessels."""
    V = vascular(c, h, v)
    dc = rho * c * room(c, h, n, v) + gamma * h * V - beta * c * (1.0 - V) - alpha_n * n * c
    dh = beta * c * (1.0 - V) - gamma * h * V - alpha_h * h * (1.0 - V) - alpha_n * n * h
    dn = alpha_h * h * (1.0 - V) + alpha_n * n * (c + h + v)
    dv = mu * a / (Km + a) * v * room(c, h, n, v) - alpha_n * n * v
    return dc, dh, dn, dv


SYMBOLS = {
    "rho": "growth_rate",
    "D": "cell_diffusivity",
    "beta": "hypoxia_rate",
    "gamma": "reoxygenation_rate",
    "alpha_h": "hypoxic_death_rate",
    "alpha_n": "necrosis_contact_rate",
    "Dv": "vessel_diffusivity",
    "mu": "vessel_growth_rate",
    "Km": "factor_midpoint",
    "Da": "factor_diffusivity",
    "delta_c": "factor_production",
    "delta_h": "hypoxic_factor_production",
    "q": "factor_per_vessel_cell",
    "omega": "factor_washout",
    "decay": "factor_decay",
    "Kmax": "carrying_capacity",
    "v0": "initial_vessels",
    "width": "seed_radius",
    "peak": "seed_fraction",
}

MODEL = FieldModel(
    name="pihna2011",
    title="A glioma that outgrows its vessels: five fields",
    reference="swanson2011",
    system=FieldSystem(
        "pihna2011",
        ("c", "h", "n", "v"),
        tuple(SYMBOLS),
        rates,
        {"c": "D", "h": "D", "v": "Dv"},
        spread,
        (Transported("a", "Da", factor, at_rest=False),),
        start=start,
    ),
    fields={
        "c": Field("normoxic_cells", "1", "normoxic tumor cells", True),
        "h": Field("hypoxic_cells", "1", "hypoxic tumor cells", True),
        "n": Field("necrosis", "1", "necrotic tissue", True),
        "v": Field("vessels", "1", "vascular cells", True),
        "a": Field("angiogenic_factor", "pmol/mm^3", "angiogenic factor"),
    },
    symbols=SYMBOLS,
    tumor=("c", "h", "n"),
    tumor_level="detection_level",
    front=("D", "rho"),
    size="domain_size",
    spacing="cell_spacing",
    step="time_step",
)
