"""A growth factor made inside a sphere, spreading and consumed everywhere: why inhibition goes with the surface."""

from __future__ import annotations

from ossim.model.field_model import Field, FieldModel
from ossim.numerics.elementwise import where_positive
from ossim.numerics.pde.system import FieldSystem, Transported


def balance(r, s0, c, r0):
    """Made within the radius r0, consumed everywhere."""
    uptake = c
    supply = where_positive(r0 - r, s0, 0.0)
    return uptake, supply


SYMBOLS = {
    "s0": "production_rate",
    "c": "consumption_rate",
    "D": "factor_diffusivity",
    "r0": "source_radius",
}

MODEL = FieldModel(
    name="diffusing_consuming_sphere",
    title="A factor that a sphere makes and all tissue consumes, at rest",
    reference="hahnfeldt1999",
    system=FieldSystem("diffusing_consuming_sphere", (), tuple(SYMBOLS), transported=(Transported("n", "D", balance),)),
    fields={"n": Field("growth_factor", "1", "concentration of the growth factor", True)},
    symbols=SYMBOLS,
    size="domain_size",
    spacing="cell_spacing",
)
