#!/usr/bin/env python3
"""Lays the data that the judge of haze is trained on: photographs from Debian packages, haze laid on them, drawn scenes.

    lay.py WORK            needs apt-get, dpkg-deb, numpy, opencv-python-headless, scikit-image (numba makes it quick)

Fetches the packages named in README.md into WORK, takes the photographs listed in photographs.csv, and writes
WORK/table.npz: one row of evidence per picture with its label, weight and source. Every picture has its own seed,
so that the table comes out the same. The frames that the program is measured on take no part."""

import csv
import glob
import os
import re
import struct
import subprocess
import sys
import zlib
from multiprocessing import Pool

import cv2
import numpy as np
from skimage.segmentation import felzenszwalb

import evidence
import survey as S

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGES = (
    'gcompris-qt-data',
    'gnome-backgrounds',
    'lomiri-wallpapers-16.04',
    'lomiri-wallpapers-20.04',
    'mate-backgrounds',
    'mypaint-data-extras',
    'palapeli-data',
    'plasma-workspace-wallpapers',
    'stellarium-data',
    'ukui-wallpapers',
)
PHOTOS = {int(r['number']): r for r in csv.DictReader(open(os.path.join(HERE, 'photographs.csv')))}
NEAR = [i for i, r in PHOTOS.items() if r['label'] == 'clear']
LANDS = [i for i in NEAR if PHOTOS[i]['land'] == '1']  # clear photographs of land at some distance
# how many of each kind are laid
RAW = ''  # where the photographs are; set by the main part
H, W = 300, 448
COUNT = dict(laid=12, drawn=250, backdrop=160, wall=90, snow=70, dusk=70, paper=50, dust=120, behind=200, shift=60)


# ---------------------------------------------------------------- fetching
def carve(rcc, out):
    """The JPEG and WebP files inside a Qt resource file, which stores each after its length."""
    b = open(rcc, 'rb').read()
    n = 0
    for m in re.finditer(rb'\xff\xd8\xff|RIFF....WEBP', b, re.S):
        at = m.start()
        if at < 4:
            continue
        length = struct.unpack('>I', b[at - 4 : at])[0]
        if 20000 < length <= len(b) - at:
            end = 'jpg' if b[at] == 0xFF else 'webp'
            open(f'{out}/{os.path.basename(rcc)[:-4]}-{n:02}.{end}', 'wb').write(b[at : at + length])
            n += 1


def fetch(work):
    raw = os.path.join(work, 'raw')
    os.makedirs(raw, exist_ok=True)
    if all(os.path.exists(f'{raw}/{i}.png') for i in PHOTOS):
        return
    for p in PACKAGES:
        root = os.path.join(work, 'data', p)
        if not os.path.exists(root):
            subprocess.run(['apt-get', 'download', p], cwd=work, check=True)
            os.makedirs(root)
            for deb in glob.glob(glob.escape(os.path.join(work, p)) + '_*.deb'):
                subprocess.run(['dpkg-deb', '-x', deb, root], check=True)
    photos = os.path.join(work, 'data', 'gcompris-photos')
    os.makedirs(photos, exist_ok=True)
    for f in glob.glob(os.path.join(work, 'data/gcompris-qt-data/**/*.rcc'), recursive=True):
        carve(f, photos)
    wanted = {r['name']: i for i, r in PHOTOS.items()}
    for f in sorted(glob.glob(os.path.join(glob.escape(work), 'data/**/*'), recursive=True)):
        package = os.path.relpath(f, os.path.join(work, 'data')).split(os.sep)[0]
        tail = os.path.relpath(f, work).split(os.sep)[-4:]
        i = wanted.get(package + '--' + re.sub(r'[^A-Za-z0-9_.-]', '_', '_'.join(tail)).rsplit('.', 1)[0][-60:])
        im = None if i is None or not f.lower().endswith(('.jpg', '.jpeg', '.png', '.webp')) else cv2.imread(f, cv2.IMREAD_UNCHANGED)
        if im is None or im.ndim < 3:
            continue
        im = im[..., :3]
        s = min(1, 1000 / max(im.shape[:2]))
        if s < 1:
            im = cv2.resize(im, None, fx=s, fy=s, interpolation=cv2.INTER_AREA)
        cv2.imwrite(f'{raw}/{i}.png', im)
    lost = [r['name'] for i, r in PHOTOS.items() if not os.path.exists(f'{raw}/{i}.png')]
    if lost:
        sys.exit('not found in the packages: ' + ', '.join(lost))


def load(i, edge=640):
    im = cv2.imread(f'{RAW}/{i}.png', cv2.IMREAD_COLOR)
    s = min(1, edge / max(im.shape[:2]))
    if s < 1:
        im = cv2.resize(im, None, fx=s, fy=s, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(im[..., ::-1]).astype(np.float32) / 255


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


def rng_of(*k):
    return np.random.default_rng(zlib.crc32(repr(k).encode()))


def noise_field(shape, s, rng):
    t = cv2.GaussianBlur(rng.normal(0, 1, shape).astype(np.float32), (0, 0), s)
    return t / (t.std() + 1e-6)


def jpeg(x, q):
    ok, b = cv2.imencode('.jpg', np.round(np.clip(x, 0, 1) * 255).astype(np.uint8)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, q])
    return cv2.imdecode(b, 1)[..., ::-1].astype(np.float32) / 255


def crop(x, rng, lo=0.5):
    s = rng.uniform(lo, 1)
    h, w = x.shape[:2]
    a = rng.choice([w / h, 1.5, 1.33, 1.78])
    ch = int(h * s)
    cw = int(min(w, ch * a))
    ch = min(ch, int(cw / a * 1.2), h)
    y, xx = rng.integers(0, h - ch + 1), rng.integers(0, w - cw + 1)
    return x[y : y + ch, xx : xx + cw]


def airlight(rng, kind=None):
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
    land = 1 - sky
    v = (1 - t) * land
    return y, dict(
        kind=dk,
        air=ak,
        tf=float(tf),
        v=float(v.sum() / max(land.sum(), 1)),
        land=float(land.mean()),
        share=float(((t < 0.75) & (sky < 0.5)).mean()),
        v75=float(np.quantile((1 - t)[sky < 0.5], 0.75)) if (sky < 0.5).any() else 0.0,
        v90=float(np.quantile((1 - t)[sky < 0.5], 0.9)) if (sky < 0.5).any() else 0.0,
        t=t,
        sky=sky,
    )


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
    land = sky < 0.5
    if land.sum() < 100:
        return drawn(rng)
    return y, dict(
        kind='drawn',
        air=ak,
        tf=float(tfar),
        v=float((1 - t)[land].mean()),
        land=float(land.mean()),
        share=float(((t < 0.75) & land).mean()),
        v75=float(np.quantile((1 - t)[land], 0.75)),
        v90=float(np.quantile((1 - t)[land], 0.9)),
        t=t,
        sky=sky,
    )


def tone(x, rng):
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


def photo(rng, L, lo=0.5, size=None):
    i = int(rng.choice(L))
    return i, crop(load(i), rng, lo)


def plain(rng, h, w, lo=0.25, hi=0.97):
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
    h, w = (H, W) if rng.random() < 0.75 else (W, H)
    b = (
        plain(rng, h, w)
        if rng.random() < 0.65
        else cv2.GaussianBlur(cv2.resize(photo(rng, NEAR)[1], (w, h)), (0, 0), w * rng.uniform(0.01, 0.06))
    )
    i, f, a = subject(rng, h, w)
    return i, b * (1 - a) + f * a


def wall(rng):
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


def shares(t, sky):
    """How much of the land is veiled, and how heavily its haziest tenth is."""
    land = sky < 0.5
    if not land.any():
        return dict(share=0.0, v90=0.0)
    return dict(share=float(((t < 0.75) & land).mean()), v90=float(np.quantile((1 - t)[land], 0.9)))


def of_photograph(i):
    """A photograph as it is, and crops of it with other tones and JPEG qualities."""
    label = PHOTOS[i]['label']
    if label == 'unsure':
        return
    x = load(i, 1000)
    yield f'r{i}-0', x, dict(source=i, label=label, variant=0)
    if label in ('clear', 'hazy', 'fog'):
        for k in range(1, 3 if label == 'clear' else 7):
            rng = rng_of('r', i, k)
            y = crop(x, rng, 0.4 if label == 'clear' else 0.6)
            if label == 'clear':
                y = tone(y, rng)
            yield f'r{i}-{k}', jpeg(y, int(rng.integers(75, 96))), dict(source=i, label=label, variant=k)


def laid_on(i):
    """Haze laid on a clear photograph of land."""
    x = load(i)
    for k in range(COUNT['laid']):
        rng = rng_of('l', i, k)
        y = crop(x, rng, 0.5) if k else x
        z, meta = lay(y, sky_of(y), rng)
        yield f'L{i}-{k}', z, dict(source=i, label='laid', variant=k, **meta)


def made(part, k):
    rng = rng_of(part[0] if part == 'drawn' else part, k)
    if part == 'drawn':
        z, meta = drawn(rng)
        yield f'd{k}', z, dict(source=10000 + k, label='drawn', variant=k, **meta)
    elif part in CLEAR:
        i, x = CLEAR[part](rng)
        if rng.random() < 0.3:
            x = tone(x, rng)
        x = jpeg(np.clip(x, 0, 1) + rng.normal(0, rng.choice([0, 0.003, 0.01]), x.shape), int(rng.integers(75, 96)))
        yield f'{part}{k}', x, dict(source=30000 + k if i < 0 else i, label='plain', variant=0)
    elif part == 'dust':
        i = LANDS[int(rng.integers(len(LANDS)))]
        y = crop(load(i), rng, 0.5)
        z, meta = lay(y, sky_of(y), rng, strong=rng.uniform(0.08, 0.6), air='dust')
        yield f'dust{k}', z, dict(source=i, label='laid', variant=k, **meta)
    elif part == 'behind':  # something near, dark or coloured, before a far band
        i, kind = -1, rng.choice(['drawn', 'flat'])
        if kind == 'drawn':
            z, meta = drawn(rng)
        else:
            i, y = photo(rng, LANDS, 0.6)
            z, meta = lay(y, sky_of(y), rng, strong=rng.uniform(0.1, 0.55))
        h, w = z.shape[:2]
        _, f = photo(rng, NEAR, 0.4)
        f = cv2.resize(f, (w, h), interpolation=cv2.INTER_AREA) * rng.uniform(0.25, 0.9)
        yy, xx = np.mgrid[:h, :w].astype(np.float32)
        yy, xx = yy / h, xx / w
        q = np.minimum.reduce(
            [
                1 + 0 * xx,
                *(
                    np.abs(xx - rng.uniform(0, 1)) / rng.uniform(0.5, 2) + (1 - yy) * rng.uniform(0.2, 0.6) - rng.uniform(0.05, 0.25)
                    for _ in range(rng.integers(1, 4))
                ),
                (1 - yy) - rng.uniform(-0.1, 0.4),
            ]
        )
        q = q + 0.03 * noise_field((h, w), w / 25, rng) + 0.015 * noise_field((h, w), w / 120, rng)
        a = cv2.blur((q < 0).astype(np.float32), (2, 2))
        z = jpeg(z * (1 - a[..., None]) + f * a[..., None], int(rng.integers(75, 96)))
        t, sky = meta['t'] * (1 - a) + a, meta['sky'] * (1 - a)
        if (sky < 0.5).sum() >= 500:
            yield f'behind{k}', z, dict(
                source=i if i >= 0 else 40000 + k, label='laid', kind='behind', variant=k, air=meta['air'], t=t, sky=sky
            )
    elif part == 'shift':  # one picture framed four ways: how steady the figures are
        if k % 3 == 0:
            z, _ = drawn(rng)
        else:
            i = LANDS[int(rng.integers(len(LANDS)))]
            y = crop(load(i), rng, 0.7)
            z, _ = lay(y, sky_of(y), rng, strong=rng.uniform(0.15, 0.6) if k % 3 == 1 else 0.97)
        h, w = z.shape[:2]
        q = int(0.03 * w)
        for v, (ox, oy) in enumerate(((-q, q), (q, -q), (q, q), (-q, -q))):
            yield f'shift{k}-{v}', z[q + oy : h - q + oy, q + ox : w - q + ox], dict(source=50000 + k, label='shift', variant=v)


def weighed(m):
    """Is it hazy (1, 0, or -1: takes no part), and how much does it count."""
    label, first = m['label'], m['variant'] == 0
    if label in ('clear', 'art'):
        return 0, (1 if label == 'clear' else 0.2) * (1 if first else 0.5)
    if label == 'plain':
        return 0, 0.35
    if label == 'hazy':
        return 1, 2.0
    if label == 'fog':
        return 1, 0.4
    if label in ('laid', 'drawn'):
        s = shares(m['t'], m['sky'])
        if s['share'] > 0.06 and s['v90'] > 0.4:
            behind = m.get('kind') == 'behind'
            weight = min(1, 3 * s['share'] + 0.2) * (0.75 if behind else 0.6) * (0.6 if label == 'drawn' else 1)
            return 1, weight * (1.5 if label == 'laid' and m.get('air') == 'dust' else 1)
        if s['v90'] < 0.12:
            return 0, 0.3
    return -1, 0.0


def rows(job):
    out = []
    for name, x, m in job[0](*job[1:]):
        label, weight = weighed(m)
        F = evidence.evidence(*S.maps(S.picture(np.ascontiguousarray(x.astype(np.float32)))))
        out.append((name, label, weight, m['source'], m['label'] == 'shift', m['label'] == 'clear' and m['variant'] == 0, F))
    return out


if __name__ == '__main__':
    work = os.path.abspath(sys.argv[1])
    RAW = os.path.join(work, 'raw')
    fetch(work)
    jobs = [(of_photograph, i) for i in PHOTOS]
    jobs += [(laid_on, i) for i, r in PHOTOS.items() if r['land'] == '1' and r['label'] in ('clear', 'unsure')]
    jobs += [(made, part, k) for part, n in COUNT.items() if part != 'laid' for k in range(n)]
    with Pool() as pool:
        table = [r for rs in pool.imap(rows, jobs) for r in rs]
    name, label, weight, source, shift, original, F = zip(*table)
    names = list(F[0])
    np.savez(
        os.path.join(work, 'table.npz'),
        name=name,
        label=label,
        weight=weight,
        source=source,
        shift=shift,
        original=original,
        names=names,
        figures=np.array([[f[k] for k in names] for f in F]),
    )
    print(len(table), 'rows')
