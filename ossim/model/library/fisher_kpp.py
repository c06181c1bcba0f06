"""Growth and spread of a tumor without a limit but crowding: the equation of Fisher and of Kolmogorov and others."""

from __future__ import annotations

from ossim.model.field_model import Field, FieldModel
from ossim.numerics.elementwise import exp, maximum
from ossim.numerics.pde.system import FieldSystem


def start(r, width, peak):
    """A Gaussian seed around the origin."""
    u = peak * exp(-(r * r) / (width * width))
    return u


def rates(u, rho):
    """Logistic growth of the cell fraction u."""
    du = rho * u * maximum(1.0 - u, 0.0)
    return du


SYMBOLS = {
    "rho": "growth_rate",
    "D": "cell_diffusivity",
    "width": "seed_radius",
    "peak": "seed_fraction",
}

MODEL = FieldModel(
    name="fisher_kpp",
    title="Invading tumor cells: logistic growth and diffusion",
    reference="fisher1937",
    system=FieldSystem("fisher_kpp", ("u",), tuple(SYMBOLS), rates, {"u": "D"}, start=start),
    fields={"u": Field("tumor_cells", "1", "tumor cell fraction", True)},
    symbols=SYMBOLS,
    tumor=("u",),
    tumor_level="detection_level",
    front=("D", "rho"),
    size="domain_size",
    spacing="cell_spacing",
    step="time_step",
)
