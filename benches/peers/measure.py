"""measure.py COMMAND...: run it once; print CPU seconds, wall seconds and peak megabytes."""
import os
import subprocess
import sys
import time

begun = time.monotonic()
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, status, used = os.wait4(child.pid, 0)
wall = time.monotonic() - begun
if status != 0:
    sys.exit(f"{sys.argv[1]} failed")
print(f"{used.ru_utime + used.ru_stime:.2f} {wall:.2f} {used.ru_maxrss / 1024:.0f}")
