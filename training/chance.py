"""Random numbers, and what is done to a picture by chance: crop, tone, JPEG."""

import zlib

import cv2
import numpy as np

import survey as S


def rng_of(*k):
    """Random numbers of their own for every picture, so that one more changes no other."""
    return np.random.default_rng(zlib.crc32(repr(k).encode()))


def noise_field(shape, s, rng):
    """Smooth noise of standard deviation 1 and scale s pixels."""
    t = cv2.GaussianBlur(rng.normal(0, 1, shape).astype(np.float32), (0, 0), s)
    return t / (t.std() + 1e-6)


def jpeg(x, q):
    """x after JPEG of quality q."""
    ok, b = cv2.imencode('.jpg', np.round(np.clip(x, 0, 1) * 255).astype(np.uint8)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, q])
    return cv2.imdecode(b, 1)[..., ::-1].astype(np.float32) / 255


def crop(x, rng, lo=0.5):
    """A random crop, at least the share `lo` of the height, of a usual shape."""
    s = rng.uniform(lo, 1)
    h, w = x.shape[:2]
    a = rng.choice([w / h, 1.5, 1.33, 1.78])
    ch = int(h * s)
    cw = int(min(w, ch * a))
    ch = min(ch, int(cw / a * 1.2), h)
    y, xx = rng.integers(0, h - ch + 1), rng.integers(0, w - cw + 1)
    return x[y : y + ch, xx : xx + cw]


def tone(x, rng):
    """Another light or exposure: gamma, lamp light, underexposure, less or more colour or contrast."""
    k = rng.integers(0, 7)
    if k == 0:
        return x
    if k == 1:
        return np.clip(x, 0, 1) ** rng.uniform(0.7, 1.4)
    if k == 2:
        return x * np.array([1, 0.74, 0.42]) ** rng.uniform(0.3, 1)  # lamp, low sun
    if k == 3:
        return x * rng.uniform(0.6, 1)
    if k == 4:
        return np.clip(x * rng.uniform(1.05, 1.4), 0, 1)
    if k == 5:
        g = S.luma(x)[..., None]
        s = rng.uniform(0.4, 1.3)
        return np.clip(g + (x - g) * s, 0, 1)
    return x * np.array([0.8, 0.92, 1.0]) ** rng.uniform(0, 1)
