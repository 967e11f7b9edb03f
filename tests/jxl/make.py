"""Draws the pictures of this folder and packs them with libjxl: `python3 make.py` in an empty folder.

Needs numpy, Pillow and cjxl 0.7. tests/jxl/decoded.rs knows the formulas.
"""

import struct
import subprocess

import numpy as np
from PIL import Image

WIDTH, HEIGHT = 40, 30
y, x = np.mgrid[0:HEIGHT, 0:WIDTH]


def pack(source, target, *arguments):
    command = ["cjxl", source, target, "--container=0", "--quiet", *arguments]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)


def save(name, *channels, **options):
    Image.fromarray(np.dstack(channels).astype(np.uint8)).save(name, **options)


def profile():
    """Wide primaries and a gamma of 1.8 (ICC.1:2001)."""

    def xyz(*values):
        return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(v * 65536)) for v in values)

    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, 461) + b"\0\0"
    name = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"Wide\0" + b"\0" * 79
    tags = [
        (b"desc", name + b"\0" * (-len(name) % 4)),
        (b"cprt", b"text\0\0\0\0none\0\0\0\0"),
        (b"wtpt", xyz(0.9642, 1, 0.8249)),
        (b"rXYZ", xyz(0.6097, 0.3111, 0.0195)),
        (b"gXYZ", xyz(0.2053, 0.6257, 0.0609)),
        (b"bXYZ", xyz(0.1492, 0.0632, 0.7446)),
        (b"rTRC", curve),
        (b"gTRC", curve),
        (b"bTRC", curve),
    ]
    start, table, body = 132 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for kind, value in tags:
        table += kind + struct.pack(">II", start + len(body), len(value))
        body += value
    head = struct.pack(">I4sI", start + len(body), b"\0" * 4, 0x02100000) + b"mntrRGB XYZ "
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + b"\0" * 28
    head += struct.pack(">3i", 63190, 65536, 54061) + b"\0" * 48
    return head + table + body


save("colour.png", x * 6, y * 8, (x + y) * 3)
pack("colour.png", "colour-8.jxl", "-d", "0", "-e", "9")
save("icc.png", x * 6, y * 8, (x + y) * 3, icc_profile=profile())
pack("icc.png", "icc.jxl", "-d", "0", "-e", "9")

wide = np.dstack([x * 1600, y * 2100, x * y * 50]).astype(">u2")
with open("wide.ppm", "wb") as file:
    file.write(b"P6\n%d %d\n65535\n" % (WIDTH, HEIGHT) + wide.tobytes())
pack("wide.ppm", "colour-16.jxl", "-d", "0", "-e", "9")

save("grey.png", x * 6, y * 8)
pack("grey.png", "grey-alpha.jxl", "-d", "0", "-e", "9")

soft = (90 + x * 3, 120 + y * 2, 150 - x - y)
save("soft.ppm", *soft)
pack("soft.ppm", "lossy.jxl", "-d", "0.5", "-e", "7")
pack("soft.ppm", "lossy-p3.jxl", "-d", "0.5", "-x", "color_space=RGB_D65_DCI_Per_SRG")
pack("soft.ppm", "hdr.jxl", "-d", "1", "-x", "color_space=RGB_D65_202_Rel_PeQ")
save("soft-icc.png", *soft, icc_profile=profile())
pack("soft-icc.png", "lossy-icc.jxl", "-d", "0.5")

exif = Image.Exif()
exif[0x112] = 6
save("soft.jpg", *soft, quality=90, subsampling=0, exif=exif)
pack("soft.jpg", "jpeg-turned.jxl", "--lossless_jpeg=1")

first, second = (Image.fromarray(np.full((12, 16, 3), shade, np.uint8)) for shade in (60, 180))
first.save("animation.png", save_all=True, append_images=[second], duration=100)
pack("animation.png", "animation.jxl", "-d", "0", "-e", "9")
