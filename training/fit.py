#!/usr/bin/env python3
"""Fits the judge of haze to WORK/table.npz (see lay.py) and prints the table of src/stage/dehaze/judge.rs.

    fit.py WORK

A logistic regression by Newton's method. Two penalties: a small ridge, and the variance that the sum has when the
same scene is framed 3 % to the side, so that the amount is steady. Reported with five folds, split by source picture."""
import os
import sys

import numpy as np

RIDGE, STEADY = .003, .3
BY_HAND = {                 # name: least, greatest, weight; what the data has too little of
    'osky': (0.0, 1.0, 5.8),        # an orange sky over land that is not black; drawn dust alone would give it about 2.3
    'far_band': (0.0, 1.0, 3.6),    # a far band of haze behind something near
    'skylines': (1.1, 1.35, -16.0), # more than one skyline in a column: no sky
    'one_veil': (0.0, 1.0, -6.0),   # a wall
    'pale_before': (0.0, 1.0, -5.0),# something pale in front
}
GATE = -.1, .65             # as in judge.rs: over 10 begins three tenths of the way
NOT_FITTED = set(BY_HAND) | {'hzu', 'Adust', 'far_w', 'dark_r0'}     # the last four serve the amount

T = np.load(os.path.join(sys.argv[1], 'table.npz'))
names = [str(k) for k in T['names']]
used = [k for k, n in enumerate(names) if n not in NOT_FITTED]
X, y, w = np.nan_to_num(T['figures']), T['label'], T['weight']
train = np.flatnonzero(y >= 0)
lo, hi = np.quantile(X[train], .005, 0), np.quantile(X[train], .995, 0)
C = np.clip(X, lo, hi)
mean, sd = C[train].mean(0), C[train].std(0) + 1e-6
Z = ((C - mean) / sd)[:, used]
shift = np.flatnonzero(T['shift'])
scenes = {}
for i in shift: scenes.setdefault(int(T['source'][i]), []).append(i)
framing = np.mean([np.cov(Z[v].T, bias=True) for v in scenes.values()], 0)


def fit(rows):
    A = np.hstack([Z[rows], np.ones((len(rows), 1))])
    weight = w[rows] / w[rows].sum()
    n = len(used)
    b, R = np.zeros(n + 1), np.zeros((n + 1, n + 1))
    R[:n, :n] = np.eye(n) * RIDGE + STEADY * framing
    R[-1, -1] = 1e-6
    for _ in range(25):
        p = 1 / (1 + np.exp(-np.clip(A @ b, -30, 30)))
        g = A.T @ (weight * (p - y[rows])) + R @ b
        step = np.linalg.solve((A * (weight * np.clip(p * (1 - p), 1e-4, 1))[:, None]).T @ A + R, g)
        b -= step
        if np.abs(step).max() < 1e-5: break
    return b


hand = sum(v * (np.clip(X[:, names.index(k)], low, high) - low) for k, (low, high, v) in BY_HAND.items())
sources = np.unique(T['source'][train])
fold = dict(zip(sources, np.random.default_rng(0).integers(0, 5, len(sources))))
of = np.array([fold[s] for s in T['source'][train]])
score = np.zeros(len(train))
for k in range(5):
    b = fit(train[of != k])
    score[of == k] = Z[train[of == k]] @ b[:-1] + b[-1]
score += hand[train]
original, hazy = T['original'][train], y[train] == 1
over = GATE[0] + .3 * (GATE[1] - GATE[0])
print(f'// five folds: {int((score[original] > over).sum())} of {int(original.sum())} clear photographs over 10, '
      f'{100 * np.average(score[hazy] > over, weights=w[train][hazy]):.0f} % of the hazy ones found')

b = fit(train)
weight = b[:-1] / sd[used]
print(f'const BIAS: f64 = {b[-1] - (weight * mean[used]).sum() - sum(low * v for low, _, v in BY_HAND.values()):.4f};')
print(f'/// name, least, greatest, weight\nconst TABLE: [(&str, f64, f64, f64); {len(used) + len(BY_HAND)}] = [')
for k, v in zip(used, weight): print(f'    ("{names[k]}", {lo[k]:.4}, {hi[k]:.4}, {v:.4}),')
for k, (low, high, v) in BY_HAND.items(): print(f'    ("{k}", {low}, {high}, {v}), // by hand')
print('];')
