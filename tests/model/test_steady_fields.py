"""Models in space without a time course: the diffusing-consuming sphere and the pressure of a leaky tumor."""

from __future__ import annotations

import numpy as np
import pytest

import ossim


def order(errors) -> np.ndarray:
    return np.log2(np.array(errors[:-1]) / np.array(errors[1:]))


def sphere(r: np.ndarray, inside: float = 2.0) -> np.ndarray:
    """Hahnfeldt and others 1999, appendix, with s0 = c = D = 1."""
    within = 1.0 - (1.0 + inside) * np.exp(-inside) * np.sinh(r) / r
    return np.where(r < inside, within, (inside * np.cosh(inside) - np.sinh(inside)) * np.exp(-r) / r)


def at(ds, name: str, r: float) -> float:
    """A field at a distance from the center, by a parabola in r^2 through the three nearest cells."""
    near = np.sort(np.abs(ds.r.values - r).argsort()[:3])
    return float(np.polyval(np.polyfit(ds.r.values[near] ** 2, ds[name].values[0][near], 2), r**2))


def test_sphere_agrees_with_the_closed_form_to_grid_order():
    errors = []
    for spacing in (0.2, 0.1, 0.05, 0.025):
        ds = ossim.simulate("diffusing_consuming_sphere", [0.0], space={"spacing": spacing})
        errors.append(np.abs(ds["growth_factor"][0] - sphere(ds["r"].values)).max().item())
        # all that is made is consumed
        np.testing.assert_allclose(ds["total_growth_factor"][0], 4.0 / 3.0 * np.pi * 2.0**3, rtol=1e-12)
    assert order(errors) == pytest.approx(2.0, abs=0.1)
    # published to eight digits; on this grid the error is below that of the coarsest over 64
    assert at(ds, "growth_factor", 0.0) == pytest.approx(0.59399415, abs=errors[0] / 60)
    assert at(ds, "growth_factor", 1.0) == pytest.approx(0.52286144, abs=errors[0] / 60)


def test_sphere_in_a_box_is_the_same_sphere():
    """The surface is made of whole cells there: an error of first order in the spacing."""
    box = ossim.simulate("diffusing_consuming_sphere", [0.0], space={"geometry": "box", "size": 12, "spacing": 0.25})
    x = box["x"].values
    r = np.sqrt(x[:, None, None] ** 2 + x[:, None] ** 2 + x**2)
    assert np.abs(box["growth_factor"][0] - sphere(r)).max() < 0.25 / 10


def pressure(r: np.ndarray, alpha: float = 36.8230) -> np.ndarray:
    """Baxter and Jain 1989, at a distance r from the center in units of the radius."""
    return 11.5 * (1.0 - np.sinh(alpha * r) / (r * np.sinh(alpha)))


def outflow(ds) -> float:
    """Speed of the fluid at the surface [mm/day]: what all vessels lose, over the surface."""
    made = (11.5 * 4.0 / 3.0 * np.pi * 10.0**3 - float(_integral(ds))) * 0.24192 * 20.0
    return made / (4.0 * np.pi * 10.0**2)


def _integral(ds):
    edges = np.append(0.0, ds["r"].values + 0.5 * ds.attrs["spacing"])
    return np.sum(ds["interstitial_pressure"].values[0] * 4.0 / 3.0 * np.pi * np.diff(edges**3))


def test_pressure_agrees_with_the_closed_form_to_grid_order():
    errors, speeds = [], []
    for spacing in (0.05, 0.025, 0.0125, 0.00625):
        ds = ossim.simulate("baxter_jain1989", [0.0], space={"spacing": spacing})
        errors.append(np.abs(ds["interstitial_pressure"][0] - pressure(ds["r"].values / 10.0)).max().item())
        speeds.append(outflow(ds))
    assert order(errors)[1:] == pytest.approx(2.0, abs=0.1)
    finest = errors[-1]
    for share, published in ((0.5, 11.49999977), (0.9, 11.178446), (0.95, 9.579681)):
        assert at(ds, "interstitial_pressure", 10.0 * share) == pytest.approx(published, abs=finest)
    cm_per_s = np.array(speeds) / 10.0 / 86400.0
    assert cm_per_s[-1] == pytest.approx(1.7014e-5, rel=1e-4)
    assert order(np.abs(cm_per_s / 1.70141e-5 - 1.0)[:3]) == pytest.approx(2.0, abs=0.1)


def test_normalized_vessels_lower_the_pressure_in_the_middle():
    """Less leaky walls: alpha falls with the root of their conductivity, and the center is no longer at Pe."""
    conductivity = 0.24192 / np.array([1.0, 10.0, 100.0])
    ds = ossim.simulate("baxter_jain1989", [0.0], parameters={"vessel_wall_conductivity": conductivity})
    assert ds["interstitial_pressure"].dims == ("run", "time", "r")
    center = ds["interstitial_pressure"].isel(time=0, r=0).values
    alpha = 36.8230 / np.sqrt([1.0, 10.0, 100.0])
    np.testing.assert_allclose(center, 11.5 * (1.0 - alpha / np.sinh(alpha)), rtol=1e-3)
    assert np.all(np.diff(center) < 0)


def test_nothing_changes_in_time():
    ds = ossim.simulate("baxter_jain1989", [0.0, 10.0], space={"spacing": 0.1})
    np.testing.assert_allclose(ds["interstitial_pressure"][0], ds["interstitial_pressure"][1], rtol=1e-9)
    assert int(ds["status"]) == 0 and "temporal_error" not in ds.attrs
