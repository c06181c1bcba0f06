"""A small tumor in space, integrated in NumPy, for the figures of fields.

Viable cells move, divide where there is oxygen and die where there is none, vessels grow toward VEGF and are pruned by
a treatment from day `treated_from`; oxygen and VEGF follow at once. All numbers are made up to look alive.
"""

import numpy as np
import xarray as xr

SPACING = 0.25  # [mm]
UNITS = {
    "viable_cells": "1",
    "necrosis": "1",
    "mature_vessels": "1",
    "oxygen": "1",
    "vegf": "1",
    "interstitial_pressure": "kPa",
}


def divergence(u, d, open_faces, volume):
    """Divergence of the diffusive flux; `open_faces` per axis: area over distance of the faces between cells."""
    out = np.zeros_like(u)
    for axis, face in enumerate(open_faces):
        flux = d * face * np.diff(u, axis=axis)
        pad = [(0, 0)] * u.ndim
        pad[axis] = (0, 1)
        out += np.pad(flux, pad)
        pad[axis] = (1, 0)
        out -= np.pad(flux, pad)
    return out / volume


def make_fields(axes=("y", "x"), cells=48, days=60.0, stored=13, treated_from=None, mask=None):
    """A Dataset of fields over `axes`, `cells` along each, at `stored` times."""
    radial = axes == ("r",)
    shape = (cells,) * len(axes)
    h = SPACING
    if radial:
        centers = (np.arange(cells) + 0.5) * h
        faces = [4 * np.pi * (centers[:-1] + h / 2) ** 2 / h]
        volume = 4 / 3 * np.pi * np.diff((np.arange(cells + 1) * h) ** 3)
        distance = centers
    else:
        centers = (np.arange(cells) + 0.5 - cells / 2) * h
        tissue = np.ones(shape, bool) if mask is None else mask
        faces, volume = [], h**2
        for axis in range(len(shape)):
            low, high = np.delete(tissue, -1, axis), np.delete(tissue, 0, axis)
            faces.append((low & high).astype(float))
        grids = np.meshgrid(*[centers] * len(shape), indexing="ij")
        distance = np.sqrt(sum((grid - 0.6) ** 2 * (1 + 0.3 * place) for place, grid in enumerate(grids)))
    v = np.where(distance < 0.9, 0.6, 0.0)
    v = v if mask is None else v * mask
    n, k, o, a = 0 * v, 0.5 + 0 * v, 1.0 + 0 * v, 0 * v
    dt, kept, times = 0.1, [], np.linspace(0.0, days, stored)
    for step in range(round(days / dt) + 1):
        t = step * dt
        for _ in range(60 if step == 0 else 4):
            supply, use = 8.0 * k * (1 - 0.85 * np.minimum(v + n, 1)), 6.0 * v
            tau = 0.9 / (2 * len(shape) * 0.5 / h**2 + 6.0 + 8.0)
            o = o + tau * (divergence(o, 0.5, faces, volume) + supply * (1 - o) - use * o)
        hypoxia = 1 / (1 + (o / 0.25) ** 4)
        if np.isclose(times, t, atol=dt / 2).any() and len(kept) < stored:
            pressure = 1.6 * (v + n) * (1 - np.exp(-3 * (v + n)))
            kept.append([v, n, k, o, a, pressure])
        treated = treated_from is not None and t >= treated_from
        room = np.maximum(1 - v - n, 0)
        death = 0.25 * hypoxia * v
        a = a + dt * (divergence(a, 0.05, faces, volume) + hypoxia * v - 0.8 * a)
        k = k + dt * (0.25 * a * k * (1 - k) - (0.12 if treated else 0.0) * k * (v + n > 0.05) - 0.04 * (v + n) * k)
        v = v + dt * (divergence(v, 0.006, faces, volume) + 0.35 * o * v * room - death)
        n = n + dt * (death - 0.02 * n)
    values = np.stack(kept, axis=1)
    coords = {axis: (axis, centers, {"units": "mm", "long_name": f"{axis}"}) for axis in axes}
    if radial:
        coords["r"][2]["long_name"] = "distance from the center"
    ds = xr.Dataset(
        {
            name: (("time", *axes), one, {"units": unit, "long_name": name.replace("_", " ")})
            for (name, unit), one in zip(UNITS.items(), values, strict=True)
        },
        coords={"time": ("time", times, {"units": "day", "long_name": "time"}), **coords},
        attrs={"field_dataset": 1, "title": "A tumor made up for tests"},
    )
    ds["vegf"].attrs["long_name"] = "VEGF"
    ds["oxygen"].attrs["long_name"] = "oxygen relative to blood"
    if mask is not None:
        ds["tissue"] = (axes, mask, {"long_name": "tissue"})
    tumor = (ds["viable_cells"] + ds["necrosis"]) > 0.2
    measure = tumor.sum(axes) * h ** len(axes) if not radial else (tumor * volume).sum("r")
    if len(axes) == 1 and not radial:
        diameter = measure
    elif len(axes) == 2:
        diameter = 2 * (measure / np.pi) ** 0.5
    else:
        diameter = 2 * (measure * 3 / (4 * np.pi)) ** (1 / 3)
    ds["tumor_diameter"] = diameter.assign_attrs(units="mm", long_name="tumor diameter")
    if treated_from is not None:
        ds["dose_time"] = ("dose", np.arange(treated_from, days, 7.0), {"units": "day"})
    return ds


def with_arms(*datasets, names=("untreated", "treated")):
    """The same tumor in several arms, of one patient."""
    kept = [ds.drop_vars("dose_time", errors="ignore") for ds in datasets]
    joined = xr.concat(kept, dim="arm", data_vars="all", coords="minimal", compat="override", join="override")
    joined = joined.assign_coords(arm=list(names)).assign_attrs(datasets[0].attrs)
    if "tissue" in joined:
        joined["tissue"] = datasets[0]["tissue"]
    return joined.expand_dims(patient=[0])
