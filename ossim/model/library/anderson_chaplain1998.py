"""Tumor-induced angiogenesis: endothelial cells of a parent vessel drawn to a tumor on the other side of a square.

Cells wander, climb the gradient of a factor of the tumor (the less the more of it there is), and climb that of the
fibronectin which they make; they are neither born nor die. Both drifts follow one potential. The square goes from 0 to
1: here from -1/2 to 1/2, with the vessel at the left.
"""

from __future__ import annotations

from math import pi

from ossim.model.field_model import Field, FieldModel
from ossim.numerics.elementwise import exp, log, sin
from ossim.numerics.pde.system import Drift, FieldSystem


def start(x, y, size, clusters, eps_n, eps_c, eps_f, f_max):
    """Sprouts along the left side, the factor of a tumor along the right one, fibronectin around the vessel."""
    place = x + 0.5 * size
    wave = sin(clusters * pi * (y + 0.5 * size))
    n = exp(-(place * place) / eps_n) * wave * wave
    f = f_max * exp(-(place * place) / eps_f)
    c = exp(-((size - place) * (size - place)) / eps_c)
    return n, f, c


def rates(n, f, c, beta, gamma, eta):
    """Endothelial cells make fibronectin, and take it and the factor up."""
    dn = 0.0 * n
    df = beta * n - gamma * n * f
    dc = -eta * n * c
    return dn, df, dc


def attraction(f, c, chi0, alpha, rho):
    """Chemotaxis with receptors that saturate, and haptotaxis."""
    potential = chi0 / alpha * log(1.0 + alpha * c) + rho * f
    return potential


SYMBOLS = {
    "D": "endothelial_diffusivity",
    "chi0": "chemotaxis",
    "alpha": "chemotaxis_saturation",
    "rho": "haptotaxis",
    "beta": "fibronectin_production",
    "gamma": "fibronectin_uptake",
    "eta": "factor_uptake",
    "eps_n": "sprout_width",
    "clusters": "sprout_clusters",
    "eps_c": "factor_width",
    "eps_f": "fibronectin_width",
    "f_max": "fibronectin_at_vessel",
    "size": "square_size",
}

MODEL = FieldModel(
    name="anderson_chaplain1998",
    title="Endothelial cells on their way to a tumor",
    reference="anderson1998",
    system=FieldSystem(
        "anderson_chaplain1998",
        ("n", "f", "c"),
        tuple(SYMBOLS),
        rates,
        {"n": "D"},
        drifts=(Drift("n", attraction),),
        start=start,
    ),
    fields={
        "n": Field("endothelial_cells", "1", "endothelial cell density", True),
        "f": Field("fibronectin", "1", "fibronectin"),
        "c": Field("angiogenic_factor", "1", "tumor angiogenic factor"),
    },
    symbols=SYMBOLS,
    size="square_size",
    spacing="cell_spacing",
    step="time_step",
    geometries=("plane",),
    time_unit="1",
    length_unit="1",
)
