"""Where a result comes from: versions, config, seed, machine, time, and how sure its facts are."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ossim.catalog import TIERS

CONVENTIONS = "CF-1.11"
NOTICE = "Research use only: not a medical device, not for decisions about patients."
PACKAGES = ("numpy", "scipy", "numba", "xarray")
_CPUINFO = Path("/proc/cpuinfo")


def now() -> str:
    """Return the time now in UTC, ISO 8601 to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def text_sha256(text: str) -> str:
    """Return the SHA-256 of a text as hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def weakest_tier(tiers: Iterable[str]) -> str:
    """Return the least certain of evidence `tiers`; ``unknown`` if there is none."""
    known = [tier for tier in tiers if tier in TIERS]
    return max(known, key=TIERS.index) if known else "unknown"


@cache
def cpu_name() -> str:
    """Return the model name of the processor, as far as the operating system tells."""
    if _CPUINFO.is_file():
        for line in _CPUINFO.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.lower().startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def package_version(name: str) -> str:
    """Return the installed version of a package, or ``not installed``."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def root_attributes(
    scenario: Any, *, started: str, ended: str, facts: Mapping[str, tuple[str, str]] | None = None
) -> dict[str, Any]:
    """Return the root attributes of a result.

    Parameters
    ----------
    scenario : the Scenario or ModelRun
    started, ended : times from `now`
    facts : name of each fact used -> (source key, evidence tier)

    Returns
    -------
    dict of text and whole numbers, fit for NetCDF and JSON.
    """
    facts = facts or {}
    return {
        "Conventions": CONVENTIONS,
        "title": scenario.title or scenario.name,
        "notice": NOTICE,
        "source": f"ossim {package_version('ossim')}",
        **versions(),
        "config": scenario.source_text,
        "config_name": scenario.name,
        "config_sha256": text_sha256(scenario.source_text),
        "scenario_sha256": scenario.sha256,
        **({"seed": int(scenario.seed)} if hasattr(scenario, "seed") else {}),
        "started": started,
        "ended": ended,
        **evidence(facts),
    }


def versions() -> dict[str, str]:
    """Return the attributes that name the software and the machine."""
    return {
        "ossim_version": package_version("ossim"),
        **{f"{name}_version": package_version(name) for name in PACKAGES},
        "python_version": platform.python_version(),
        "cpu": cpu_name(),
        "platform": platform.platform(terse=True),
    }


def evidence(facts: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """Return the attributes that say how sure the facts of a run are: name -> (source key, evidence tier)."""
    named = (f"{name}: {source} ({tier})" for name, (source, tier) in sorted(facts.items()))
    tiers = (tier for _, tier in facts.values())
    return {"weakest_evidence_tier": weakest_tier(tiers), "parameter_sources": "; ".join(named)}
