"""A bypass that a TKI switches on and that fades without it, in a tumor with a clone that no TKI reaches.

The smallest model of TKI, then mTOR inhibitor, then TKI again. It is of this package: no such model with parameters was
found for osteosarcoma or renal cell carcinoma.
"""

from __future__ import annotations

from ossim.model.declaration import Level, Model, Observable, State
from ossim.numerics.codegen.system import System
from ossim.terms.resistance import bypass_rate


def rates(m, S, R, A, M, g, gR, k_on, k_off, kT, kM, phi, eps0):
    """Bypass activity m, sensitive S and resistant R under the effects A of a TKI and M of an mTOR inhibitor.

    The bypass takes the part phi of the TKI's effect away, and is what the mTOR inhibitor acts on beside the part eps0.
    """
    mtor = kM * M * (eps0 + (1.0 - eps0) * m)
    dm = bypass_rate(m, A, k_on, k_off, 1.0 - A)
    dS = (g - kT * A * (1.0 - phi * m) - mtor) * S
    dR = (gR - mtor) * R
    return dm, dS, dR


def observe(m, S, R, phi):
    """Size of the tumor, its resistant share, and what the bypass leaves of the effect of a TKI."""
    volume = S + R
    resistant_share = R / (S + R)
    tki_left = 1.0 - phi * m
    return volume, resistant_share, tki_left


SYMBOLS = {
    "g": "growth_rate",
    "gR": "resistant_growth_rate",
    "k_on": "bypass_onset_rate",
    "k_off": "bypass_decay_rate",
    "kT": "tki_kill_rate",
    "kM": "mtor_kill_rate",
    "phi": "bypass_strength",
    "eps0": "mtor_effect_without_bypass",
}
SYSTEM = System("reversible_bypass", ("m", "S", "R"), tuple(SYMBOLS), rates, ("A", "M"))

MODEL = Model(
    name="reversible_bypass",
    title="Reversible bypass of a TKI through mTOR, beside an irreversibly resistant clone",
    reference="assumption",
    system=SYSTEM,
    states={
        "m": State("bypass_activity", "1", "bypass activity", "initial_bypass_activity"),
        "S": State("sensitive_volume", "mm^3", "TKI-sensitive clone", "initial_sensitive_volume"),
        "R": State("resistant_volume", "mm^3", "TKI-resistant clone", "initial_resistant_volume"),
    },
    symbols=SYMBOLS,
    compartments=(
        Level("tki", "1", "effect of the TKI on its target", "A"),
        Level("mtor_inhibitor", "1", "effect of the mTOR inhibitor on its target", "M"),
    ),
    observe=observe,
    observables={
        "volume": Observable("tumor_volume", "mm^3", "tumor volume"),
        "resistant_share": Observable("resistant_fraction", "1", "resistant fraction"),
        "tki_left": Observable("tki_effect_left", "1", "effect of the TKI that the bypass leaves"),
    },
)
