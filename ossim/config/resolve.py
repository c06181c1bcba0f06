"""From config values to the parts of a Scenario: facts looked up, units settled, every fault collected at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from pydantic import BaseModel, ValidationError

from ossim import catalog, registry
from ossim.config import comparisons
from ossim.config import limits as config_limits
from ossim.config import model_run as published
from ossim.config import sweep as sweep_section
from ossim.config.faults import fault_at, shape_faults, shorten
from ossim.config.parameter_values import model_parameters
from ossim.config.parts import Arm, Cohort, Comparison, Embolization, Line, Output, Solver, Visits
from ossim.config.schema import (
    PATIENT_MODEL,
    SPATIAL_MODEL,
    ArmSection,
    CohortSection,
    ModelConfig,
    SpaceSection,
    TrialConfig,
)
from ossim.config.spatial_trial import check_space
from ossim.config.text import ConfigText, Location
from ossim.dosing import Regimen, RegimenError, parse_regimens, regimen_from_mapping
from ossim.errors import Fault, InputError, unknown

TRIAL_KEYS = ("cohort", "arms", "visits", "sweep")


class Faults:
    """The faults of one config as they are met."""

    def __init__(self, config: ConfigText):
        self.config = config
        self.found: list[Fault] = list(config.faults)
        self.places: set[Location] = set(config.broken)

    def add(self, place: Location, message: str) -> None:
        """Note a fault, unless its place already lies in something broken."""
        if not self.covers(place):
            self.found.append(fault_at(self.config, place, message))
            self.places.add(place)

    def covers(self, place: Location) -> bool:
        """Whether `place`, or something that holds it, is already known to be wrong."""
        return any(place[: len(known)] == known and known for known in self.places)

    def inside(self, place: Location) -> bool:
        """Whether anything at or below `place` is already known to be wrong."""
        return any(known[: len(place)] == place for known in self.places)

    def attempt(self, place: Location, work: Callable[[], Any]) -> Any:
        """Return what `work` returns, or None with its complaint noted at `place`."""
        try:
            return work()
        except InputError as error:
            self._add_all(place, error)
            return None

    def _add_all(self, place: Location, error: InputError) -> None:
        if self.covers(place):
            return
        for fault in error.faults:
            key = fault.key if isinstance(fault, Fault) else ""
            inner = (*place, key) if (*place, key) in self.config.lines else place
            self.found.append(fault_at(self.config, inner, one_line(error, fault)))
        self.places.add(place)

    def stop(self) -> None:
        """Raise all faults, sorted by line, if there are any."""
        if self.found:
            raise InputError(*sorted(dict.fromkeys(self.found), key=lambda fault: (fault.line, fault.key)))


def one_line(error: InputError, fault: Fault | str | None = None) -> str:
    """Return a fault raised below the config as one line; for a regimen text, with the word it stopped at."""
    fault = error.faults[0] if fault is None else fault
    message = fault.message if isinstance(fault, Fault) else str(fault).splitlines()[0]
    if isinstance(error, RegimenError):
        word = error.text[slice(*error.span)]
        message = error.reason if not word.strip() or word in error.reason else f"{error.reason}, not '{word}'"
        message = f"'{shorten(error.text)}': {message}"
    return shorten(message, 300)


def resolve(config: ConfigText) -> dict[str, Any]:
    """Return the fields of a Scenario (those of a ModelRun for a published model).

    Raises
    ------
    InputError
        With all faults found, sorted by line.
    """
    faults = Faults(config)
    if not isinstance(config.data, dict):
        faults.add((), "a config must be a mapping of keys")
        faults.stop()
    schema = _schema(config.data)
    checked = _check_shape(config, schema, faults)
    if schema is ModelConfig:
        _check_figures(config.data.get("figures"), faults)
        return published.read(config.data, checked, faults)
    return _trial(config.data, checked, faults)


def _schema(data: dict[str, Any]) -> type[BaseModel]:
    trial = data.get("model", PATIENT_MODEL) in (PATIENT_MODEL, SPATIAL_MODEL)
    other_model = not trial and not any(key in data for key in TRIAL_KEYS)
    return ModelConfig if other_model or "times" in data else TrialConfig


def _check_shape(config: ConfigText, schema: type[BaseModel], faults: Faults) -> Any:
    try:
        return schema.model_validate(config.data)
    except ValidationError as error:
        shape = shape_faults(error, config, schema)
        for place, fault in shape:
            if not faults.covers(place):
                faults.found.append(fault)
        faults.places.update(place for place, _ in shape)
        return None


def _trial(data: dict[str, Any], checked: TrialConfig | None, faults: Faults) -> dict[str, Any]:
    population = _part(data, "cohort").get("population", "relapsed")
    if isinstance(population, str):
        faults.attempt(("cohort", "population"), lambda: catalog.population(population))
    parameters = model_parameters(_part(data, "cohort").get("parameters"), faults)
    lines = {name: _lines(name, arm, faults) for name, arm in _part(data, "arms").items() if isinstance(arm, dict)}
    config_limits.check_visits(_part(data, "visits"), faults)
    matched = comparisons.match(data.get("compare_with", []), lines, faults)
    _check_figures(data.get("figures"), faults)
    if checked is not None:
        check_space(checked, faults)
    section = data.get("sweep")
    sweep = sweep_section.read(section, data, faults) if isinstance(section, dict) else None
    faults.stop()
    config_limits.check_size(checked, faults)
    for place, line in _placed(data["arms"], lines):
        config_limits.check_doses(line, place, checked.visits.until, faults)
    sweep_section.check_horizon(sweep, checked.visits.until, faults)
    sweep_section.check_values(sweep, data, faults, resolve)
    faults.stop()
    return {
        "title": checked.title,
        "model": checked.model,
        "seed": checked.seed,
        "cohort": _cohort(checked.cohort, parameters),
        "arms": tuple(_arm(name, checked.arms[name], lines[name]) for name in checked.arms),
        "visits": Visits(**checked.visits.model_dump()),
        "pharmacokinetics": checked.pharmacokinetics,
        "new_lesions": checked.new_lesions,
        "solver": Solver(**checked.solver.model_dump()),
        "output": Output(**checked.output.model_dump()),
        "comparisons": tuple(Comparison(trial, arm) for trial, arm in matched),
        "figures": tuple(checked.figures),
        "sweep": sweep,
        "space": (checked.space or SpaceSection()) if checked.model == SPATIAL_MODEL else None,
    }


def _part(data: dict[str, Any], key: str) -> dict[str, Any]:
    return data[key] if isinstance(data.get(key), dict) else {}


def _lines(name: str, arm: dict[str, Any], faults: Faults) -> tuple[Line, ...]:
    """Read the treatment lines of an arm; where the keys of the arm are right, also whether they go together."""
    place = ("arms", name)
    sound = not faults.inside(place)
    lines = []
    if "regimen" in arm:
        lines.append(_line(arm["regimen"], (*place, "regimen"), faults))
    if isinstance(arm.get("lines"), list):
        lines += [_line(line, (*place, "lines", i), faults) for i, line in enumerate(arm["lines"])]
    if sound:
        _check_arm(arm, place, faults)
    return tuple(lines)


def _placed(arms: dict[str, Any], lines: Mapping[str, tuple[Line, ...]]) -> Iterator[tuple[Location, Line]]:
    """Yield every line of every arm with the place of its regimens."""
    for name, arm in arms.items():
        place = ("arms", name)
        if arm.get("lines") is None:
            yield (*place, "regimen"), lines[name][0]
        else:
            yield from (((*place, "lines", i), line) for i, line in enumerate(lines[name]))


def _check_arm(arm: dict[str, Any], place: Location, faults: Faults) -> None:
    sequence = arm.get("strategy", "fixed") == "sequence"
    if arm.get("regimen") is not None and arm.get("lines") is not None:
        faults.add((*place, "lines"), "an arm has either 'regimen' or 'lines', not both")
    elif sequence and arm.get("lines") is None:
        faults.add((*place, "strategy"), "a sequence needs 'lines', one entry per treatment line")
    elif arm.get("lines") is not None and not sequence:
        faults.add((*place, "lines"), "'lines' need 'strategy: sequence'")
    elif arm.get("lines") is None and "regimen" not in arm:
        faults.add(place, "no treatment: give 'regimen' ('none' for no drug), or 'strategy: sequence' with 'lines'")


def _line(value: Any, place: Location, faults: Faults) -> Line:
    if isinstance(value, str) and value.strip().lower() == "none":
        return ()
    if not isinstance(value, list):
        return _regimens(value, place, faults)
    return tuple(regimen for i, item in enumerate(value) for regimen in _regimens(item, (*place, i), faults))


def _regimens(value: Any, place: Location, faults: Faults) -> Line:
    if isinstance(value, str):
        found = faults.attempt(place, lambda: parse_regimens(value))
    elif isinstance(value, dict):
        found = faults.attempt(place, lambda: (regimen_from_mapping(value),))
    else:
        faults.add(place, "must be a regimen such as 'sorafenib 400 mg b.i.d.', or 'none'")
        found = None
    known = (faults.attempt(place, lambda regimen=regimen: _known(regimen)) for regimen in found or ())
    return tuple(regimen for regimen in known if regimen is not None)


def _known(regimen: Regimen) -> Regimen:
    """Return the regimen with the catalogue's name of its drug, if the drug can be simulated."""
    drug = catalog.drug(regimen.drug)
    if not drug.effects:
        raise InputError(f"{drug.name} acts on nothing in the model; it cannot be given in a trial")
    if drug.default_set is None and any(effect.kind == "concentration" for effect in drug.effects):
        raise InputError(f"{drug.name} acts by its concentration, but its pharmacokinetics are not known")
    return replace(regimen, drug=drug.name)


def _cohort(cohort: CohortSection, parameters: Mapping[str, float]) -> Cohort:
    return Cohort(catalog.population(cohort.population).name, cohort.size, cohort.typical, parameters)


def _arm(name: str, arm: ArmSection, lines: tuple[Line, ...]) -> Arm:
    embolization = arm.embolization and Embolization(**arm.embolization.model_dump())
    return Arm(name, arm.strategy, lines, arm.switch, arm.beyond_progression, embolization)


def _check_figures(kinds: Any, faults: Faults) -> None:
    known = registry.names("ossim", "plots/kinds", ".py")
    for i, kind in enumerate(kinds if isinstance(kinds, list) else ()):
        if kind not in known:
            faults.add(("figures", i), one_line(unknown("kind of figure", kind, known)))
