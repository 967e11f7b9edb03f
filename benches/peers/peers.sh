#!/usr/bin/env bash
# peers.sh LONGLENS FRAME...: develops the same frames (6000x4000 px) with longlens and with those of the
# other programs that are installed. Prints a table of mean CPU seconds, wall seconds and peak memory per
# frame, one process per frame, and what each program did not do.
# Other programs: darktable-cli, rawtherapee-cli, pyvips (PEER_PYTHON names its Python), ImageMagick.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
[ $# -ge 2 ] || { echo "usage: peers.sh LONGLENS FRAME..." >&2; exit 2; }
longlens=$(command -v "$1"); shift
python=${PEER_PYTHON:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
magick=$(command -v magick || command -v convert || true)

one() { # NAME FRAME: CPU, wall, peak
  local name=$1 in=$2 out=$work/out.jpg
  rm -rf "$out" "$work/config"
  local measure=(python3 "$here/measure.py")
  case $name in
    longlens) "${measure[@]}" "$longlens" develop "$in" -o "$out" --crop 5000x3333+500+400 \
      --caption 'Namyang, seen from Tumen' --quality 90 -j1 --overwrite ;;
    pyvips) VIPS_CONCURRENCY=1 "${measure[@]}" "$python" "$here/vips.py" "$in" "$out" ;;
    magick) MAGICK_THREAD_LIMIT=1 "${measure[@]}" "$magick" "$in" -unsharp 0x1.2+1+0.02 \
      -crop 5000x3333+500+400 +repage -gravity SouthWest -fill white -undercolor '#0008' \
      -pointsize 80 -annotate +60+60 'Namyang, seen from Tumen' -quality 90 "$out" ;;
    darktable) "${measure[@]}" darktable-cli "$in" "$here/darktable.xmp" "$out" --core \
      --configdir "$work/config" --library :memory: --conf plugins/imageio/format/jpeg/quality=90 ;;
    rawtherapee) "${measure[@]}" rawtherapee-cli -o "$out" -p "$here/rawtherapee.pp3" -j90 -js1 \
      -Y -c "$in" ;;
  esac
}

row() { # NAME NOTE FRAME...
  local name=$1 note=$2; shift 2
  for frame in "$@"; do one "$name" "$frame"; done | awk -v name="$name" -v note="$note" '
    { cpu += $1; wall += $2; if ($3 > peak) peak = $3 }
    END { if (NR) printf "%-12s %8.2f %8.2f %8d  %s\n", name, cpu / NR, wall / NR, peak, note
          else printf "%-12s failed\n", name }' || true
}

echo "machine: $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1), $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg)"
echo "input:   $# frames; crop 5000x3333+500+400, JPEG quality 90"
printf '%-12s %8s %8s %8s  %s\n' program 'CPU s' 'wall s' 'peak MB' 'did'
row longlens 'dehaze, sharpen, crop, caption; synced to the disk' "$@"
if "$python" -c 'import pyvips' 2>/dev/null; then row pyvips 'sharpen, crop, caption; no dehaze' "$@"; fi
if [ -n "$magick" ]; then row magick 'sharpen, crop, caption; no dehaze' "$@"; fi
if command -v darktable-cli >/dev/null; then row darktable 'dehaze, sharpen, crop; no caption' "$@"; fi
if command -v rawtherapee-cli >/dev/null; then row rawtherapee 'dehaze, sharpen, crop; no caption' "$@"; fi
