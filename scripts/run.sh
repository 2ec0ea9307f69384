#!/bin/sh
# Opens the studio on the demo session; without a terminal it makes the demo clip and shows one frame of it.
set -eu
cd "$(dirname "$0")/.."
program="$(swift build -c release --show-bin-path)/mm2face"
if [ -t 0 ] && [ -t 1 ]; then
  exec "$program" studio --demo
fi
exec "$program" demo --out out
