"""Problem P2 of the benchmarks as a user of `ossim` declares it: five fields, VEGF much faster than cells."""

from __future__ import annotations

from ossim.model.field_model import Field, FieldModel
from ossim.numerics.pde.system import FieldSystem, Transported


def rates(c, h, n, v, a, RHO, GAM, BET, ALH, ALN, MU, KM):
    """Rates of everything but VEGF."""
    perfused = v / (c + h + v + 1e-300)
    starved = 1.0 - perfused
    free = 1.0 - (c + h + n + v)
    ch = BET * c * starved - GAM * h * perfused
    hn = ALH * h * starved
    dc = RHO * c * free - ch - ALN * n * c
    dh = ch - hn - ALN * n * h
    dn = hn + ALN * n * (c + h + v)
    dv = MU * a / (KM + a) * v * free - ALN * n * v
    return dc, dh, dn, dv


def factor(c, h, n, v, a, DELC, DELH, QUP, MU, KM, OME, LAM):
    """Uptake and supply of VEGF."""
    uptake = QUP * MU * v * (1.0 - (c + h + n + v)) / (KM + a) + OME * v + LAM
    supply = DELC * c + DELH * h
    return uptake, supply


NAMES = ("RHO", "GAM", "BET", "ALH", "ALN", "MU", "KM", "QUP", "OME", "LAM", "DELC", "DELH", "DC", "DV", "DA")
MODEL = FieldModel(
    name="benchmark_p2",
    title="Problem P2 of the benchmarks",
    reference="assumption",
    system=FieldSystem(
        "benchmark_p2",
        ("c", "h", "n", "v"),
        NAMES,
        rates,
        {"c": "DC", "h": "DC", "v": "DV"},
        None,
        (Transported("a", "DA", factor, at_rest=False),),
    ),
    fields={
        "c": Field("normoxic_cells", "1", "normoxic tumor cells", True),
        "h": Field("hypoxic_cells", "1", "hypoxic tumor cells", True),
        "n": Field("necrosis", "1", "necrotic tissue", True),
        "v": Field("vessels", "1", "vessels"),
        "a": Field("vegf", "1", "VEGF"),
    },
    symbols={name: name.lower() for name in NAMES},
    size="domain_size",
    spacing="cell_spacing",
    step="time_step",
)
