#!/bin/sh
# Opens the studio on the demo session; without a terminal it makes the demo clip and shows one frame of it.
set -eu
cd "$(dirname "$0")/.."
program="$(swift build -c release --show-bin-path)/mm2face"
if [ -t 0 ] && [ -t 1 ]; then
  exec "$program"
fi
mkdir -p out
"$program" generate --prompt assets/demo/hello.json --seconds 4 --seed 7 --out out/demo.npz --force
"$program" render out/demo.npz --frame 40 --size 80x40
echo "Made without a terminal. Written: out/demo.npz"
