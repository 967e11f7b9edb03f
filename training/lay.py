#!/usr/bin/env python3
"""Lays the data that the judge of haze is trained on: photographs from Debian packages, haze laid on them, drawn scenes.

    lay.py WORK            needs apt-get, dpkg-deb, numpy, opencv-python-headless, scikit-image (numba makes it quick)

Fetches the packages named in README.md into WORK, takes the photographs listed in photographs.csv, and writes
WORK/table.npz: one row of evidence per picture with its label, weight and source. Every picture has its own seed,
so that the table comes out the same. The frames that the program is measured on take no part."""

import os
import sys
from multiprocessing import Pool

import cv2
import numpy as np

import evidence
import photographs
import survey as S
from chance import crop, jpeg, noise_field, rng_of, tone
from haze import drawn, lay, sky_of
from photographs import LANDS, NEAR, PHOTOS, load
from scenes import CLEAR, photo

# how many of each kind are laid; `laid` for each photograph of land
COUNT = dict(laid=12, drawn=250, backdrop=160, wall=90, snow=70, dusk=70, paper=50, dust=120, behind=200, shift=60)


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
    """Picture k of a part of the drawn data, with its description."""
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
    """The rows of the table that one job gives."""
    out = []
    for name, x, m in job[0](*job[1:]):
        label, weight = weighed(m)
        F = evidence.evidence(*S.maps(S.picture(np.ascontiguousarray(x.astype(np.float32)))))
        out.append((name, label, weight, m['source'], m['label'] == 'shift', m['label'] == 'clear' and m['variant'] == 0, F))
    return out


if __name__ == '__main__':
    work = os.path.abspath(sys.argv[1])
    photographs.RAW = os.path.join(work, 'raw')
    photographs.fetch(work)
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
