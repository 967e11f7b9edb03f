"""Haze laid on clear photographs of land, and drawn scenes with haze.

Each gives the picture and what is true of it: the kind of depth, the airlight, transmission t and sky of every pixel."""

import cv2
import numpy as np
from skimage.segmentation import felzenszwalb

import survey as S
from chance import jpeg, noise_field


def sky_of(x):
    """Sky of a clear photograph, wider than the survey's: blue sky counts too."""
    y, *_ = S.maps(S.picture(np.ascontiguousarray(x)))
    g = S.luma(y)
    blue = S.smoothstep(0.02, 0.12, y[..., 2] - y[..., 0]) * S.smoothstep(0.2, 0.35, y[..., 2])
    bright = np.maximum(S.smoothstep(0.5, 0.75, g), blue)
    seed = np.full(g.shape, 9.0, np.float32)
    seed[0] = 0.3 * (1 - bright[0])
    s = (1 - S.smoothstep(0.02, 0.06, S.way_from_top(seed, y, 0.012))) * bright
    s = cv2.resize(s.astype(np.float32), x.shape[1::-1])
    return np.clip(cv2.blur(cv2.dilate(s, np.ones((3, 3))), (3, 3)), 0, 1)


def airlight(rng, kind=None):
    """A colour of haze and its kind."""
    kind = kind or rng.choice(['grey', 'blue', 'warm', 'dust', 'dim'], p=[0.35, 0.25, 0.15, 0.15, 0.1])
    L = rng.uniform(0.6, 0.95) if kind != 'dim' else rng.uniform(0.35, 0.6)
    br = {
        'grey': rng.uniform(0.96, 1.04),
        'blue': rng.uniform(1.05, 1.25),
        'warm': rng.uniform(0.8, 0.95),
        'dust': rng.uniform(0.15, 0.8),
        'dim': rng.uniform(0.95, 1.2),
    }[kind]
    A = np.array([1.0, 0.5 + 0.5 * br if br < 1 else (br + 1) / 2, br])
    A *= L / (A @ S.LUMA)
    return np.minimum(A, 0.99).astype(np.float32), kind


def depth_of(x, sky, rng):
    """relative optical distance 0 (near) .. 1 (the farthest land); sky where sky"""
    h, w = x.shape[:2]
    kind = rng.choice(['plane', 'segments', 'flat', 'nearfar', 'segnear'], p=[0.2, 0.3, 0.2, 0.1, 0.2])
    rows = np.arange(h, dtype=np.float32)[:, None] / h
    skyrow = np.where(sky > 0.5, rows, 0).max(0)
    hor = float(np.clip(np.median(skyrow), 0.05, 0.6))
    plane = np.clip(1 / (1 + rng.uniform(2, 10) * np.clip(rows - hor, 0, None)), 0, 1)
    plane = (plane - plane.min()) / (1 - plane.min() + 1e-6)
    plane = np.broadcast_to(plane, (h, w)).copy()
    if kind == 'plane':
        return plane, kind
    if kind == 'flat':
        return np.full((h, w), 1, np.float32) * (1 - rng.uniform(0, 0.5) * (1 - plane)), kind
    seg = felzenszwalb(cv2.resize(x, (w // 2, h // 2), interpolation=cv2.INTER_AREA), scale=rng.uniform(100, 500), sigma=0.8, min_size=60)
    seg = cv2.resize(seg.astype(np.int32), (w, h), interpolation=cv2.INTER_NEAREST)
    n = seg.max() + 1
    cnt = np.bincount(seg.ravel(), minlength=n) + 1e-6
    rr = np.broadcast_to(np.arange(h)[:, None], (h, w)).ravel()
    low = np.zeros(n)
    np.maximum.at(low, seg.ravel(), rr)
    mean = np.bincount(seg.ravel(), rr, minlength=n) / cnt
    at = (0.6 * low + 0.4 * mean) / h
    if kind == 'segments':
        d = np.clip(1 / (1 + rng.uniform(2, 10) * np.clip(at - hor, 0, None)), 0, 1)
        d = (d - d.min()) / (1 - d.min() + 1e-6)
        return cv2.blur(0.8 * d[seg].astype(np.float32) + 0.2 * plane, (3, 3)), kind
    lu = np.bincount(seg.ravel(), S.luma(x).ravel(), minlength=n) / cnt
    if kind == 'segnear':  # what is dark or low is near; all else is one far band
        near = (lu < np.quantile(lu, rng.uniform(0.2, 0.5))) | (low / h > rng.uniform(0.8, 0.99))
        d = np.where(near, rng.uniform(0, 0.15), 1.0)
        return cv2.blur(d[seg].astype(np.float32), (3, 3)), kind
    cut = rng.uniform(0.4, 0.8) + 0.05 * noise_field((1, w), w / 15, rng)
    return cv2.blur(np.where(rows < cut, 1, rng.uniform(0, 0.2)).astype(np.float32), (5, 5)), kind


def lay(x, sky, rng, strong=None, air=None):
    """Haze laid on the clear photograph x: I = J t + A (1 - t), grey and coloured light, scattered blur, noise, JPEG."""
    A, ak = airlight(rng, air)
    d, dk = depth_of(x, sky, rng)
    tf = strong if strong is not None else rng.uniform(0.08, 0.95)
    t = tf**d
    if rng.random() < 0.5:
        t = t * np.exp(-0.08 * abs(np.log(tf)) * noise_field(t.shape, x.shape[1] / 8, rng))
    t = np.clip(t, 0.03, 1)
    el = np.cumsum((sky > 0.5)[::-1], 0)[::-1] / x.shape[0]
    ts = t * (1 - sky) + sky * np.clip(tf ** rng.uniform(1, 2) + el * rng.uniform(-0.1, 0.8), 0.02, 0.95)
    light = np.ones(3, np.float32)
    if ak == 'dust':
        light = 0.4 + 0.6 * A / A.max()
    J = x * light * rng.uniform(0.8, 1)
    b = cv2.GaussianBlur(J, (0, 0), 1.2) if rng.random() < 0.4 else J
    y = J * ts[..., None] + (0 if b is J else ((b - J) * ((1 - t) * ts)[..., None])) + A * (1 - ts[..., None])
    n = rng.choice([0, 0.004, 0.01, 0.02])
    y = y + rng.normal(0, n, y.shape).astype(np.float32) if n else y
    y = jpeg(y, int(rng.integers(70, 96)))
    return y, dict(kind=dk, air=ak, t=t, sky=sky)


def drawn(rng):
    """ridges, banks or a skyline in layers, each with one veil"""
    h, w = 427, 640
    A, ak = airlight(rng)
    rows = np.arange(h)[:, None]
    y = (
        np.broadcast_to(
            np.clip(A * rng.uniform(0.97, 1.06) + (np.arange(h) / h - 0.4)[:, None, None] * rng.uniform(-0.1, 0.1), 0, 1), (h, w, 3)
        )
        .copy()
        .astype(np.float32)
    )
    if rng.random() < 0.3:
        y += (noise_field((h, w), w / 10, rng) * rng.uniform(0, 0.02))[..., None]
    n = rng.integers(2, 6)
    tfar = rng.uniform(0.08, 0.6)
    base = np.sort(rng.uniform(0.25, 0.8, n))
    t = np.ones((h, w), np.float32)
    sky = np.ones((h, w), np.float32)
    near = rng.random() < 0.7
    for k in range(n):
        tk = tfar ** ((n - k) / n) if near else tfar ** (0.5 + 0.5 * (n - k) / n)
        if rng.random() < 0.35:
            prof = np.repeat(rng.uniform(-0.12, 0.02, w // 12 + 2), 12)[:w] if rng.random() < 0.8 else np.zeros(w)
        else:
            prof = rng.uniform(0.02, 0.12) * noise_field((1, w), w / rng.uniform(6, 20), rng)[0] + 0.006 * noise_field((1, w), 3, rng)[0]
        m = rows / h > base[k] + prof[None]
        c = np.array([rng.uniform(0.08, 0.35)] * 3) * (1 + 0.4 * rng.uniform(-1, 1, 3))
        tex = noise_field((h, w), rng.uniform(0.7, 3), rng) * rng.uniform(0.01, 0.09) + noise_field(
            (h, w), rng.uniform(4, 20), rng
        ) * rng.uniform(0, 0.05)
        J = np.clip(c + tex[..., None], 0, 1)
        y = np.where(m[..., None], J * tk + A * (1 - tk), y)
        t = np.where(m, tk, t)
        sky = np.where(m, 0, sky)
    if rng.random() < 0.3:
        m = rows / h > rng.uniform(0.7, 0.95)
        J = np.clip(A * 0.5 + noise_field((h, w), rng.uniform(0.7, 2), rng)[..., None] * 0.04, 0, 1)
        tk = rng.uniform(0.4, 1)
        y = np.where(m[..., None], J * tk + A * (1 - tk), y)
        t = np.where(m, tk, t)
        sky = np.where(m, 0, sky)
    y = jpeg(y.astype(np.float32) + rng.normal(0, rng.uniform(0, 0.01), y.shape), int(rng.integers(75, 96)))
    if (sky < 0.5).sum() < 100:
        return drawn(rng)
    return y, dict(kind='drawn', air=ak, t=t, sky=sky)
