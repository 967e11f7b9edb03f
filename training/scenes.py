"""Scenes without haze that look like it: plain backdrops, pale walls, snow, paper, dusk.

Each gives the number of the photograph in it, or -1, and the picture."""

import cv2
import numpy as np
from skimage.segmentation import felzenszwalb

from chance import crop, noise_field
from photographs import NEAR, load

H, W = 300, 448  # size of a scene


def photo(rng, L, lo=0.5, size=None):
    """One of the photographs L, cropped: its number and the picture."""
    i = int(rng.choice(L))
    return i, crop(load(i), rng, lo)


def plain(rng, h, w, lo=0.25, hi=0.97):
    """A plain surface with a gradient, stains, grain, sometimes a floor."""
    c = rng.uniform(lo, hi) * (1 + rng.uniform(-0.12, 0.12, 3) * rng.random())
    yy, xx = np.mgrid[:h, :w].astype(np.float32)
    a = rng.uniform(0, 6.3)
    p = np.ones((h, w, 3), np.float32) * c
    p *= (1 + rng.uniform(0, 0.35) * ((np.cos(a) * xx / w + np.sin(a) * yy / h) - 0.5))[..., None]
    if rng.random() < 0.6:
        p *= (1 + rng.uniform(0.01, 0.15) * noise_field((h, w), w / rng.uniform(3, 12), rng))[..., None]
    if rng.random() < 0.5:
        p *= (1 + rng.uniform(0.003, 0.04) * noise_field((h, w), rng.uniform(0.7, 3), rng))[..., None]
    if rng.random() < 0.3:
        yv = rng.uniform(0.5, 0.9)
        p = np.where((yy / h > yv)[..., None], p * rng.uniform(0.5, 1.15), p)  # a floor or a table
    return np.clip(p, 0, 1)


def subject(rng, h, w):
    """Something near, cut from a photograph: its number, the picture and where it is opaque."""
    i, f = photo(rng, NEAR, 0.4)
    f = cv2.resize(f, (w, h), interpolation=cv2.INTER_AREA)
    k = rng.integers(3)
    if k == 0:
        seg = felzenszwalb(f, scale=400, sigma=0.8, min_size=400)
        n = seg.max() + 1
        d = noise_field((h, w), w / 10, rng)
        yy, xx = np.mgrid[:h, :w]
        d = (xx / w - rng.uniform(0.2, 0.8)) ** 2 + (yy / h - rng.uniform(0.3, 0.9)) ** 2
        s = np.bincount(seg.ravel(), d.ravel(), minlength=n) / np.bincount(seg.ravel(), minlength=n)
        a = (s < np.quantile(s, rng.uniform(0.15, 0.6)))[seg].astype(np.float32)
    elif k == 1:
        yy, xx = np.mgrid[:h, :w]
        d = np.hypot(
            (xx / w - rng.uniform(0.2, 0.8)) / rng.uniform(0.6, 1.6), (yy / h - rng.uniform(0.3, 1)) / rng.uniform(0.6, 1.6)
        ) + 0.05 * noise_field((h, w), w / 12, rng)
        a = (d < rng.uniform(0.1, 0.4)).astype(np.float32)
    else:
        a = ((rng.uniform(-0.2, 0.8) + 0.15 * noise_field((h, w), w / rng.uniform(6, 30), rng)) < np.mgrid[:h, :w][0] / h).astype(
            np.float32
        )
        a *= rng.random() < 0.95
    return i, f * rng.uniform(0.5, 1.1), cv2.blur(a, (3, 3))[..., None]


def backdrop(rng):
    """A subject before a plain or blurred background."""
    h, w = (H, W) if rng.random() < 0.75 else (W, H)
    b = (
        plain(rng, h, w)
        if rng.random() < 0.65
        else cv2.GaussianBlur(cv2.resize(photo(rng, NEAR)[1], (w, h)), (0, 0), w * rng.uniform(0.01, 0.06))
    )
    i, f, a = subject(rng, h, w)
    return i, b * (1 - a) + f * a


def wall(rng):
    """A house front: pale wall, windows, shadow, sometimes a subject before it."""
    h, w = H, W
    x = plain(rng, h, w, 0.45, 0.97)
    yy, xx = np.mgrid[:h, :w].astype(np.float32)
    if rng.random() < 0.6:
        top = rng.uniform(0.05, 0.45) + rng.uniform(-0.3, 0.3) * (xx / w - 0.5)
        sky = (
            np.array([rng.uniform(0.3, 0.95), rng.uniform(0.45, 0.95), rng.uniform(0.6, 0.99)])
            if rng.random() < 0.7
            else np.ones(3) * rng.uniform(0.6, 1)
        )
        x = np.where((yy / h < top)[..., None], sky * (0.85 + 0.15 * yy / h)[..., None], x)
    nx, ny = rng.integers(2, 9), rng.integers(2, 6)
    u, v = (xx / w * nx) % 1, (yy / h * ny) % 1
    ww, wh = rng.uniform(0.15, 0.4), rng.uniform(0.2, 0.45)
    m = (np.abs(u - 0.5) < ww) & (np.abs(v - 0.55) < wh) & (yy / h > rng.uniform(0.1, 0.45))
    x = np.where(m[..., None], x * rng.uniform(0.05, 0.5) + rng.uniform(0, 0.1), x)
    if rng.random() < 0.6:
        m = (xx / w * rng.uniform(-1, 1) + yy / h) > rng.uniform(0.3, 1)
        x = np.where(m[..., None], x * rng.uniform(0.35, 0.8) * np.array([0.95, 0.98, 1.05]), x)
    x *= (1 + rng.uniform(0.005, 0.05) * noise_field((h, w), rng.uniform(0.7, 2), rng))[..., None]
    if rng.random() < 0.6:
        i, f, a = subject(rng, h, w)
        return i, x * (1 - a) + f * a
    return -1, x


def snow(rng):
    """Snow, a sky, and dark trees."""
    h, w = H, W
    yy, xx = np.mgrid[:h, :w].astype(np.float32)
    hor = rng.uniform(-0.1, 0.5) + rng.uniform(0.01, 0.1) * noise_field((1, w), w / 8, rng)[0]
    s = rng.uniform(0.6, 0.95)
    x = s * np.ones((h, w, 3)) * (1 + np.array([-0.04, 0, 0.05]) * rng.uniform(-0.5, 2))
    x *= (
        1
        + rng.uniform(0.02, 0.2) * noise_field((h, w), w / rng.uniform(4, 25), rng)
        + rng.uniform(0.005, 0.06) * noise_field((h, w), rng.uniform(0.7, 3), rng)
    )[..., None]
    sk = (
        np.array([rng.uniform(0.2, 0.9), rng.uniform(0.35, 0.92), rng.uniform(0.6, 0.97)])
        if rng.random() < 0.7
        else np.ones(3) * rng.uniform(0.55, 0.95)
    )
    x = np.where((yy / h < hor)[..., None], sk * (0.8 + 0.25 * yy / h)[..., None], x)
    n = rng.integers(1, 60)
    for _ in range(n):
        cy = rng.uniform(max(hor.min(), 0) * 0.9, 1)
        cx = rng.uniform(0, 1)
        r = rng.uniform(0.01, 0.03) * (1 + 4 * cy * rng.random())
        m = (
            (np.abs(xx / w - cx) < r * np.clip((yy / h - cy + r * 3) / (r * 3), 0, 1) * (1 + 0.3 * noise_field((h, w), 2, rng)))
            & (yy / h > cy - r * 3)
            & (yy / h < cy)
        )
        x = np.where(
            m[..., None], rng.uniform(0.02, 0.25) * np.array([0.9, 1, 0.9]) * (1 + 0.3 * noise_field((h, w), 1, rng))[..., None], x
        )
    return -1, np.clip(x, 0, 1)


def paper(rng):
    """A page with print."""
    h, w = H, W
    x = plain(rng, h, w, 0.6, 0.98)
    ink = rng.uniform(0, 0.4)
    lh = int(rng.integers(7, 20))
    yy, xx = np.mgrid[:h, :w]
    word = (
        np.repeat((rng.random((h // lh + 1, w // 3 + 1)) < 0.75), 3, 1)[:, :w][yy // lh, xx]
        & ((yy % lh) < lh * 0.55)
        & (xx > w * rng.uniform(0, 0.15))
        & (xx < w * rng.uniform(0.6, 1))
    )
    word &= rng.random((h, w)) < 0.75
    x = np.where(word[..., None], x * ink + rng.uniform(0, 0.1), x)
    if rng.random() < 0.25:
        x = 1 - x
    if rng.random() < 0.5:
        i, f, a = subject(rng, h, w)
        return i, x * (1 - a) + f * a
    return -1, x


def dusk(rng):
    """A sky after sunset over black land or water."""
    h, w = H, W
    yy, xx = np.mgrid[:h, :w].astype(np.float32)
    lo = np.array([rng.uniform(0.5, 1), rng.uniform(0.25, 0.7), rng.uniform(0.1, 0.6)])
    hi = np.array([rng.uniform(0.05, 0.5), rng.uniform(0.1, 0.5), rng.uniform(0.2, 0.65)])
    t = np.clip(yy / h / rng.uniform(0.4, 1), 0, 1)[..., None] ** rng.uniform(0.5, 2)
    x = hi * (1 - t) + lo * t
    x = x * (1 + rng.uniform(0, 0.15) * noise_field((h, w), w / 8, rng) * (0.3 + 0.7 * yy / h))[..., None]
    hor = (
        rng.uniform(0.4, 0.9)
        + rng.uniform(0.01, 0.12) * noise_field((1, w), w / rng.uniform(5, 30), rng)[0]
        + 0.005 * noise_field((1, w), 2, rng)[0]
    )
    m = (yy / h > hor)[..., None]
    blk = rng.uniform(0.01, 0.12) * np.array([1, 0.9, 0.9]) * (1 + 0.4 * noise_field((h, w), rng.uniform(0.7, 4), rng))[..., None]
    if rng.random() < 0.3:
        hh = np.clip(hor.mean() * 2 - yy / h, 0, 1)
        r = cv2.flip(x.astype(np.float32), 0)
        blk = blk * 0.5 + 0.6 * r * rng.uniform(0.3, 0.9) * (1 + 0.1 * noise_field((h, w), 1.5, rng))[..., None]
    return -1, np.clip(np.where(m, blk, x), 0, 1)


CLEAR = dict(backdrop=backdrop, wall=wall, snow=snow, paper=paper, dusk=dusk)
