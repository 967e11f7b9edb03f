"""The maps that `longlens` surveys a picture with, as src/stage/dehaze does it: sky, airlight, veil.

Everything is done on a picture of 256 px on the long side, encoded RGB from 0 to 1. Radii are shares of the
long side, at least 1 px. The two recursive filters are compiled by numba where it is installed; the result is the same."""

import cv2
import numpy as np

cv2.setNumThreads(1)
try:
    from numba import njit
except ImportError:

    def njit(**_):
        return lambda f: f


LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)


def luma(x):
    return x @ LUMA


def radius(share, p):
    return max(1, int(share * max(p.shape[:2]) + 0.5))


def erode(p, r):
    return cv2.erode(p, np.ones((2 * r + 1, 2 * r + 1), np.uint8), borderType=cv2.BORDER_REPLICATE)


def smoothstep(lo, hi, v):
    t = np.clip((v - lo) / (hi - lo), 0, 1)
    return t * t * (3 - 2 * t)


def quantile(v, share):
    v = np.ravel(v)
    at = int((v.size - 1) * share + 0.5)
    return np.partition(v, at)[at]


def small(x, px=256):
    s = px / max(x.shape[:2])
    if s >= 1:
        return x.copy()
    return cv2.resize(x, (int(x.shape[1] * s + 0.5), int(x.shape[0] * s + 0.5)), interpolation=cv2.INTER_AREA)


def box(p, r):
    """Mean of a square of 2 r + 1 px; what lies outside the picture does not count."""
    k = dict(ksize=(2 * r + 1,) * 2, normalize=False, borderType=cv2.BORDER_CONSTANT)
    return (cv2.boxFilter(p.astype(np.float64), -1, **k) / cv2.boxFilter(np.ones_like(p), -1, **k)).astype(np.float32)


def borders(x):
    """What is left of x without rows and columns of one colour along its edges that end in one straight step."""

    def depth(lines):
        colour = np.median(lines[0], 0)
        d = np.abs(lines - colour).max(2)
        k, most = 0, int(0.3 * len(lines))
        while k < most and (d[k] > 0.012).mean() <= 0.02:
            k += 1
        return k + 2 if 0 < k < most and (d[min(k + 1, len(lines) - 1)] > 0.016).mean() > 0.6 else 0

    h, w = x.shape[:2]
    ends = lambda z: (depth(z), depth(z[::-1]))
    top, bottom = ends(x)
    left, right = ends(x[top : h - bottom].swapaxes(0, 1))
    if not (top or bottom):
        top, bottom = ends(x[:, left : w - right])
    return top, h - bottom, left, w - right


@njit(cache=True)
def _ways(d, across, down):
    H, W = d.shape
    for _ in range(3):
        for r in range(H):
            if r > 0:
                for j in range(W):
                    d[r, j] = min(d[r, j], d[r - 1, j] + down[r - 1, j])
            for j in range(1, W):
                d[r, j] = min(d[r, j], d[r, j - 1] + across[r, j - 1])
            for j in range(W - 2, -1, -1):
                d[r, j] = min(d[r, j], d[r, j + 1] + across[r, j])
        for r in range(H - 2, -1, -1):
            for j in range(W):
                d[r, j] = min(d[r, j], d[r + 1, j] + down[r, j])
            for j in range(1, W):
                d[r, j] = min(d[r, j], d[r, j - 1] + across[r, j - 1])
            for j in range(W - 2, -1, -1):
                d[r, j] = min(d[r, j], d[r, j + 1] + across[r, j])


def way_from_top(seed, x, free):
    """Least sum of local contrast, beyond what is free, on any way from the seeds."""
    d, k = seed.astype(np.float32).copy(), np.ones((3, 3), np.uint8)
    cost = (np.maximum((cv2.dilate(x, k) - cv2.erode(x, k)).max(2) - 2 * free, 0) / 2).astype(np.float32)
    _ways(d, np.maximum(cost[:, 1:], cost[:, :-1]), np.maximum(cost[1:], cost[:-1]))
    return d


@njit(cache=True)
def _run(F, V):
    n, m, channels = F.shape
    for k in range(1, n):
        for j in range(m):
            for c in range(channels):
                F[k, j, c] += V[k - 1, j] * (F[k - 1, j, c] - F[k, j, c])
    for k in range(n - 2, -1, -1):
        for j in range(m):
            for c in range(channels):
                F[k, j, c] += V[k, j] * (F[k + 1, j, c] - F[k, j, c])


def filled(value, weight, x, reach, edge, dead):
    """Weighted mean of value along surfaces of x: recursive domain transform (Gastal, Oliveira 2011), two rounds."""
    F = np.dstack([value * weight, weight]).astype(np.float32)
    steps = [1 + reach / edge * np.maximum(np.abs(np.diff(x, axis=a)).sum(2) - dead, 0) for a in (1, 0)]
    for i in range(2):
        a = np.exp(-np.sqrt(2) / (reach * np.sqrt(3) * 2 ** (1 - i) / np.sqrt(15)))
        for axis, s in zip((1, 0), steps):
            G = np.ascontiguousarray(F.swapaxes(0, axis))
            _run(G, np.ascontiguousarray((a ** (s.T if axis else s)).astype(np.float32)))
            F = np.ascontiguousarray(G.swapaxes(0, axis))
    return F[..., 0] / np.maximum(F[..., 1], 1e-6)


def airlight(x, least, sky):
    """Colour and level of what is haziest: a weighted mean, so that no few pixels decide."""
    score = (erode(least, radius(0.025, least)) * (1 + 0.1 * sky)).ravel()
    f = x.reshape(-1, 3)
    lu = luma(f)
    clip = f.max(1) > 0.995
    if clip.mean() > 0.95:
        clip[:] = False
    below = np.minimum(score - np.quantile(score[~clip], 0.995), 0)
    w, in_colour = (np.exp(below / near) * ~clip for near in (0.04, 0.15))
    w = w / w.sum()
    colour = (f * in_colour[:, None]).sum(0) / in_colour.sum()
    mean = (lu * w).sum()
    level = mean + 2 * np.sqrt(max((w * (lu - mean) ** 2).sum(), 0))
    a = colour / max(luma(colour), 1 / 255) * level
    grey = max(a.mean(), 1 / 255)
    a = np.clip(a / grey, 0.35, 1.8) * grey
    s = smoothstep(0.03, 0.10, (least > 0.98).mean())
    return np.minimum(a * (1 - s) + np.maximum(a, 0.99) * s, 1).astype(np.float32)


def picture(full):
    """The small picture without its borders."""
    x = small(full)
    (t, b, l, r), (h, w) = borders(x), x.shape[:2]
    if t or l or b < h or r < w:
        f = max(full.shape[:2]) / max(h, w)
        t, b, l, r = (int(round(v * f)) for v in (t, b, l, r))
        x = small(full[t : min(b, full.shape[0]), l : min(r, full.shape[1])])
    return np.ascontiguousarray(x)


def maps(x):
    """x softened, sky, airlight, three erosions, veil; of a picture from `picture`."""
    k = np.array([0.1, 0.8, 0.1], np.float32)
    x = cv2.sepFilter2D(x.astype(np.float32), -1, k, k, borderType=cv2.BORDER_REPLICATE)
    least, g = x.min(2), luma(x)
    bright = smoothstep(0.55, 0.80, g / max(quantile(g, 0.97), 0.2))
    seed = np.full(g.shape, 9.0, np.float32)
    seed[0] = 0.3 * (1 - bright[0])
    sky = ((1 - smoothstep(0.01, 0.04, way_from_top(seed, x, 0.006))) * bright).astype(np.float32)
    A = airlight(x, least, sky)
    xr = x / A
    nv = xr.min(2) * (1 - 0.5 * (1 - xr.min(2) / np.maximum(xr.max(2), 1e-3)))
    e = np.array([np.clip(erode(nv, radius(s, g)), 0, 1) for s in (0.02, 0.05, 0.10)], np.float32)
    m = filled(e.mean(0), np.exp(-(((nv - e[2]) / 0.1) ** 2)) + 0.001, x, 30, 0.2, 0.05)
    return x, sky, A, e, m.astype(np.float32)
