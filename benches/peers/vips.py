"""Sharpen, crop and caption one frame with libvips: vips.py IN OUT."""
import sys

import pyvips

frame = pyvips.Image.new_from_file(sys.argv[1], access="sequential")
frame = frame.sharpen(sigma=1.2).crop(500, 400, 5000, 3333)
text = pyvips.Image.text("Namyang, seen from Tumen", dpi=300).embed(60, 3333 - 120, 5000, 3333)
text.ifthenelse([255, 255, 255], frame, blend=True).write_to_file(sys.argv[2] + "[Q=90]")
