"""Plain-text pages of the catalogue: values with unit, evidence tier and source, for the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from textwrap import fill

from ossim import errors
from ossim.catalog.drug_facts import Drug, Effect, TargetPotency, drug
from ossim.catalog.observations import Observation, observations
from ossim.catalog.parameters import (
    Parameter,
    model_constants,
    model_gaps,
    model_parameters,
    model_references,
    parameter_sets,
)
from ossim.catalog.pharmacokinetics import PharmacokineticSet
from ossim.catalog.population_facts import Distribution, Population, population
from ossim.catalog.reading import Quantity
from ossim.catalog.reference_list import reference
from ossim.catalog.trial_facts import PublishedResult, Trial, trial
from ossim.catalog.vocabulary import PHARMACOKINETIC_UNITS

WIDTH = 100


def describe(kind: str, name: str) -> str:
    """Return the page of the `kind` (drug, trial, model or population) called `name` as plain text.

    Raises
    ------
    UnknownNameError
        There is no such kind of page, or nothing of this name.
    """
    pages: Mapping[str, Callable[[str], str]] = {
        "drug": lambda key: drug_page(drug(key)),
        "trial": lambda key: trial_page(trial(key)),
        "model": model_page,
        "population": lambda key: population_page(population(key)),
    }
    if kind not in pages:
        raise errors.unknown("kind of page", kind, pages)
    return pages[kind](name)


def table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return `rows` under `header` in left-aligned columns of equal width."""
    lines = [header, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    lines.insert(1, tuple("-" * width for width in widths))
    padded = ([cell.ljust(width) for cell, width in zip(line, widths, strict=True)] for line in lines)
    return "\n".join("  ".join(line).rstrip() for line in padded)


def drug_page(item: Drug) -> str:
    """Return the page of one drug."""
    facts = [("molecular weight", item.molecular_weight)] if item.molecular_weight else []
    facts += item.observations
    sources = [quantity.source for _, quantity in facts]
    parts = [_heading(item.name, item.drug_class, item.route), _paragraph(item.description)]
    if item.aliases:
        parts.append(f"also: {', '.join(item.aliases)}")
    if item.standard_dose:
        parts.append(f"dose: {item.standard_dose.text}  [{item.standard_dose.tier}, {item.standard_dose.source}]")
        sources.append(item.standard_dose.source)
    if facts:
        parts.append(table(("fact", "value", "unit", "tier", "source"), (_fact(*fact) for fact in facts)))
    for chosen in item.pharmacokinetics.values():
        parts.append(_set(chosen, chosen.name == item.default_set))
        sources += [quantity.source for quantity in chosen.quantities.values()]
    if item.targets:
        parts.append(table(("target", "printed", "literature", "use [nM]", "note"), map(_potency, item.targets)))
        sources += [leaf["source"] for row in item.targets for leaf in (row.printed, row.literature) if leaf]
    if item.effects:
        parts.append(table(("effect on", "kind", "potency", "tier", "source"), map(_effect, item.effects)))
        sources += [effect.source for effect in item.effects]
    else:
        parts.append("no effect in the patient model")
    parts += [f"missing: {gap}" for gap in item.gaps]
    return _page([*parts, _paragraph(item.note)], sources)


def trial_page(item: Trial) -> str:
    """Return the page of one trial arm."""
    size = f"n = {item.n_patients}" if item.n_patients else "n not recorded"
    parts = [
        _heading(item.name, f"phase {item.phase}", str(item.year), size, item.role),
        _paragraph(item.title),
        _paragraph(f"population: {item.population}"),
        f"regimen: {' + '.join(item.regimen) or 'untreated'}  [{item.regimen_evidence['tier']}]",
        f"visits: every {item.visits['every']}, {item.criteria}  [{item.visits['tier']}]",
        table(("endpoint", "time", "value", "interval", "k/n", "tier", "source"), map(_outcome, item.outcomes)),
        "\n".join(_paragraph(f"{x.endpoint} {_value(x)}: {x.note}") for x in item.outcomes if x.note),
        _paragraph(item.note),
    ]
    return _page(parts, [item.reference, *(outcome.source for outcome in item.outcomes)])


def model_page(name: str, title: str = "", about: Iterable[str] = ()) -> str:
    """Return the page of the model called `name`: parameters, sets of other values, data.

    Parameters
    ----------
    title, about : what the declaration adds: a sentence, and blocks of text (states, equations, doses)
    """
    numbers = [*model_parameters(name).values(), *model_constants(name).values()]
    sources = [*model_references(name), *(number.source for number in numbers)]
    parts = [_heading(name, f"{len(numbers)} numbers"), _paragraph(title), *about, _numbers(numbers)]
    parts.append(table(("parameter", "what it is"), ((number.name, number.description) for number in numbers)))
    parts.append(_remarks(numbers))
    for entry in parameter_sets(name).values():
        changed = entry.parameters.values()
        title = _paragraph(f"set {entry.name}: {entry.title}")
        parts.append("\n".join(filter(None, [title, _numbers(changed), _remarks(changed)])))
        sources += [number.source for number in changed]
    found = observations(name).values()
    if found:
        parts.append(table(("data", "of", "points", "tier", "source"), map(_series, found)))
        sources += [series.source for series in found]
    parts += [_paragraph(f"missing: {gap}") for gap in model_gaps(name)]
    return _page(parts, sources)


def _numbers(numbers: Iterable[Parameter]) -> str:
    header = ("parameter", "symbol", "value", "unit", "printed as", "bounds", "variance", "tier", "source")
    rows = [_parameter(item) for item in numbers]
    # columns that no parameter fills are left out
    kept = [i for i, title in enumerate(header) if title not in ("printed as", "variance") or any(r[i] for r in rows)]
    return table(tuple(header[i] for i in kept), [tuple(row[i] for i in kept) for row in rows])


def _remarks(numbers: Iterable[Parameter]) -> str:
    """Notes and formulas of parameters, one paragraph for those that share one."""
    shared: dict[str, list[str]] = {}
    for number in numbers:
        for text in filter(None, (number.formula and f"= {number.formula}", number.note)):
            shared.setdefault(text, []).append(number.name)
    return "\n".join(_paragraph(f"{', '.join(names)}: {text}") for text, names in shared.items())


def _series(item: Observation) -> tuple[str, ...]:
    return item.name, item.variable, str(len(item.times)), item.tier, item.source


def population_page(item: Population) -> str:
    """Return the distributions of one population."""
    spreads = [*item.parameters.values(), *item.body_size.values()]
    header = ("quantity", "distribution", "median", "spread", "unit", "level", "tier", "source")
    parts = [_heading(item.name, item.model), _paragraph(item.title), table(header, map(_distribution, spreads))]
    parts += [
        f"correlation of {' and '.join(pair.between)}: {pair.value:g}  [{pair.tier}, {pair.source}]"
        for pair in (*item.correlations, *item.body_size_correlations)
    ]
    return _page([*parts, _paragraph(item.note)], [spread.source for spread in spreads])


def _page(parts: Iterable[str], sources: Iterable[str]) -> str:
    cited = [_paragraph(f"{key}: {reference(key)}") for key in sorted(set(sources))]
    return "\n\n".join([*(part for part in parts if part), "sources\n" + "\n".join(cited)]) + "\n"


def _heading(name: str, *facts: str) -> str:
    return f"{name}  ({', '.join(facts)})"


def _paragraph(text: str) -> str:
    return fill(text, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def _fact(name: str, item: Quantity) -> tuple[str, ...]:
    return name, f"{item.value:g}", item.unit, item.tier, item.source


def _set(item: PharmacokineticSet, default: bool) -> str:
    state = "default" if default else ("alternative" if item.complete else f"lacks {', '.join(item.missing)}")
    rows = (_fact(name, item.quantities[name]) for name in PHARMACOKINETIC_UNITS if name in item.quantities)
    body = table(("pharmacokinetics", "value", "unit", "tier", "source"), rows)
    return "\n".join(filter(None, [f"set {item.name}: {item.model} ({state})", body, _paragraph(item.note)]))


def _potency(row: TargetPotency) -> tuple[str, ...]:
    note = "misprint" if row.misprint else ""
    return row.target, _leaf(row.printed), _leaf(row.literature), "" if row.use is None else f"{row.use:g}", note


def _leaf(leaf: Mapping | None) -> str:
    if not leaf:
        return ""
    if "value" not in leaf:
        return str(leaf["text"])
    high = f"-{leaf['high']:g}" if "high" in leaf else ""
    relation = leaf["relation"] if leaf["relation"] in ("<", "<=") else ""
    return f"{relation}{leaf['value']:g}{high} ({leaf['source']})"


def _effect(item: Effect) -> tuple[str, ...]:
    potency = "full while prescribed"
    if item.ic50_nM is not None:
        potency = f"IC50 {item.ic50_nM:g} nM"
    elif item.ec50_mg_per_L is not None:
        potency = f"EC50 {item.ec50_mg_per_L:g} mg/L"
    return item.channel, item.kind, potency, item.tier, item.source


def _value(item: PublishedResult) -> str:
    return item.printed_value or f"{item.value:g}" + (f" {item.unit}" if item.unit != "1" else "")


def _outcome(item: PublishedResult) -> tuple[str, ...]:
    low, high = ("" if limit is None else f"{limit:.4g}" for limit in (item.ci_low, item.ci_high))
    interval = f"{low}..{high}" + (f" {item.unit}" if item.unit != "1" else "") if low or high else ""
    count = "" if item.n is None else f"{'' if item.k is None else f'{item.k:g}'}/{item.n}"
    name = item.endpoint + (" (misprint)" if item.misprint else "")
    return name, item.printed_time, _value(item), interval, count, item.tier, item.source


def _parameter(item: Parameter) -> tuple[str, ...]:
    bounds = f"{item.bounds[0]:g}..{item.bounds[1]:g}" if item.bounds else ""
    variance = "" if item.variance is None else f"{item.variance:g}"
    value = f"{item.value:.6g}"
    return item.name, item.symbol, value, item.unit, item.printed, bounds, variance, item.tier, item.source


def _distribution(item: Distribution) -> tuple[str, ...]:
    median = "" if item.median is None else f"{item.median:g}"
    if item.values:
        spread = " ".join(f"{x:g}:{p:g}" for x, p in zip(item.values, item.probabilities, strict=True))
    elif item.formula:
        spread = item.formula
    else:
        spread = f"sd {item.sd:g}" if item.sd is not None else f"sd {item.sd_patient:g} + {item.sd_lesion:g}"
    return item.name, item.distribution, median, spread, item.unit, item.level, item.tier, item.source
