"""From prescribed drugs to what the engine needs: decaying modes per drug, exposure channels, on/off levels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ossim.catalog import Drug, PharmacokineticSet, drug
from ossim.cohort.sampling import Patients
from ossim.errors import InputError
from ossim.model.patient.equations import CHANNELS
from ossim.numerics.arrays import Exposure
from ossim.numerics.linear_pk import Modes, disposition_modes, with_absorption

#: x / (1 + x) is exactly 1 in double precision: full effect of a drug without a concentration
FULL_EFFECT = 1e16
_NANOMOLES_PER_MILLIGRAM = 1e6  # 1 mg/L of 1 g/mol is 1e6 nM


@dataclass(frozen=True)
class Pharmacology:
    """Drugs of a trial as compartments of the engine.

    Attributes
    ----------
    drugs : names; a drug's place is its dose compartment
    first_mode, last_mode : shape (n_drugs,), the modes of each drug
    channel : shape (n_modes,), the exposure channel each mode adds to
    continuous : shape (n_drugs,), whether a dose leaves the concentration continuous
    lag : shape (n_drugs,), time between an oral dose and its absorption [day]
    switches : (drug, channel) of every drug that has its full effect while prescribed, and none otherwise
    vegfr : names of the drugs that inhibit VEGFR
    daily_mean : whether each dose is spread over the time to the next
    """

    drugs: tuple[str, ...]
    sets: tuple[PharmacokineticSet | None, ...]
    first_mode: np.ndarray
    last_mode: np.ndarray
    channel: np.ndarray
    continuous: np.ndarray
    lag: np.ndarray
    switches: tuple[tuple[str, int], ...]
    vegfr: frozenset[str]
    daily_mean: bool


def plan_pharmacology(names: tuple[str, ...], choice: str) -> Pharmacology:
    """Look up the drugs and lay out their modes.

    Parameters
    ----------
    names : drugs that any arm may give
    choice : "calibrated", "population" (published values where there are any), or "daily_mean" (calibrated values,
        each dose spread over its interval)
    """
    first, last, channel, sets, continuous, lag, switches = [], [], [], [], [], [], []
    for name in names:
        entry = drug(name)
        chosen = _chosen_set(entry, choice)
        effects = [effect for effect in entry.effects if effect.kind == "concentration"]
        if effects and chosen is None:
            raise InputError(f"{name} acts through its concentration, but no complete pharmacokinetic set is known")
        if len(effects) > 1:
            raise InputError(f"{name} acts on {len(effects)} channels by concentration; one is supported")
        n_modes = 0 if chosen is None else chosen.compartments + (chosen.oral and choice != "daily_mean")
        first.append(len(channel))
        channel += [CHANNELS.index(effects[0].channel) if effects else 0] * n_modes
        last.append(len(channel))
        sets.append(chosen)
        continuous.append(bool(chosen and chosen.oral and choice != "daily_mean"))
        lag.append((chosen.lag_time or 0.0) if chosen and choice != "daily_mean" else 0.0)
        switches += [(name, CHANNELS.index(e.channel)) for e in entry.effects if e.kind == "on_off"]
    vegfr = frozenset(name for name in names if any(effect.channel == "vegfr" for effect in drug(name).effects))
    return Pharmacology(
        drugs=names,
        sets=tuple(sets),
        first_mode=np.array(first, np.int64),
        last_mode=np.array(last, np.int64),
        channel=np.array(channel, np.int64),
        continuous=np.array(continuous, np.bool_),
        lag=np.array(lag, float),
        switches=tuple(switches),
        vegfr=vegfr,
        daily_mean=choice == "daily_mean",
    )


def _chosen_set(entry: Drug, choice: str) -> PharmacokineticSet | None:
    wanted = "population" if choice == "population" else "calibrated"
    found = entry.pharmacokinetics.get(wanted)
    if found is not None and found.complete:
        return found
    return entry.pharmacokinetic_set()


def exposure(plan: Pharmacology, patients: Patients) -> Exposure:
    """Modes and channel weights of every patient.

    A patient's exposure factor of the drug class divides clearance, and enters nowhere else.
    """
    n = patients.size
    decay = np.empty((n, plan.channel.size))
    gain, weight = np.empty_like(decay), np.zeros_like(decay)
    for index, name in enumerate(plan.drugs):
        chosen = plan.sets[index]
        if chosen is None:
            continue
        entry = drug(name)
        span = slice(plan.first_mode[index], plan.last_mode[index])
        modes = _patient_modes(chosen, _exposure_factor(entry, patients), absorbed=not plan.daily_mean)
        decay[:, span], gain[:, span] = modes.decay, modes.gain
        weight[:, span] = _potency_per_concentration(entry, chosen, patients)[:, None]
    zeros = np.zeros_like(decay)
    return Exposure(zeros, decay, gain, zeros.copy(), weight, plan.channel, np.zeros((n, len(CHANNELS))))


def _patient_modes(chosen: PharmacokineticSet, factor: np.ndarray, absorbed: bool) -> Modes:
    exchange = (chosen.intercompartmental_clearance, chosen.intercompartmental_clearance_2)
    peripheral = (chosen.peripheral_volume, chosen.peripheral_volume_2)
    count = chosen.compartments - 1
    modes = disposition_modes(
        chosen.clearance / factor, chosen.volume_of_distribution, exchange[:count], peripheral[:count]
    )
    fraction = 1.0 if chosen.bioavailability is None else chosen.bioavailability
    if chosen.oral and absorbed:
        return with_absorption(modes, chosen.absorption_rate, fraction)
    return Modes(modes.decay, modes.gain * fraction) if chosen.oral else modes


def _exposure_factor(entry: Drug, patients: Patients) -> np.ndarray:
    factors = {"tki": "exposure_tki", "mtor_inhibitor": "exposure_mtor"}
    name = factors.get(entry.drug_class)
    return np.ones(patients.size) if name is None else patients.values[name]


def _potency_per_concentration(entry: Drug, chosen: PharmacokineticSet, patients: Patients) -> np.ndarray:
    """Exposure x per mg/L of total drug, shape (n_patients,)."""
    n = patients.size
    effect = next((effect for effect in entry.effects if effect.kind == "concentration"), None)
    if effect is None:
        return np.zeros(n)
    if effect.ec50_mg_per_L is not None:
        return np.full(n, 1.0 / effect.ec50_mg_per_L)
    free = _NANOMOLES_PER_MILLIGRAM * chosen.fraction_unbound / entry.molecular_weight.value
    multipliers = {"vegfr": "potency_multiplier", "mtor": "mtor_potency_multiplier"}
    multiplier = patients.values[multipliers[effect.channel]] if effect.channel in multipliers else np.ones(n)
    return free / effect.ic50_nM * multiplier
