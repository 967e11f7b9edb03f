"""The photographs: fetched from Debian packages, read by their number in photographs.csv."""

import csv
import glob
import os
import re
import struct
import subprocess
import sys

import cv2
import numpy as np

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
RAW = ''  # the folder with the photographs as files; lay.py sets it


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
    """Downloads and unpacks the packages, and writes the photographs as WORK/raw/NUMBER.png, 1000 px at most."""
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
    """Photograph number i, red, green, blue in 0..1, with a long side of `edge` at most."""
    im = cv2.imread(f'{RAW}/{i}.png', cv2.IMREAD_COLOR)
    s = min(1, edge / max(im.shape[:2]))
    if s < 1:
        im = cv2.resize(im, None, fx=s, fy=s, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(im[..., ::-1]).astype(np.float32) / 255
