#!/bin/sh
# Installs the Debian packages that are missing and says which. With --check it only says.
set -eu
needed="pkg-config libncurses-dev libsndfile1-dev libsamplerate0-dev libopenblas-pthread-dev zlib1g-dev libpng-dev libgif-dev"
missing=""
for package in $needed; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "install ok installed" || missing="$missing $package"
done
if [ -z "$missing" ]; then
  exit 0
fi
echo "Missing Debian packages:$missing"
[ "${1:-}" = "--check" ] && exit 1
if [ "$(id -u)" = 0 ]; then
  run=""
elif command -v sudo >/dev/null 2>&1; then
  if [ -t 0 ]; then
    printf 'Install them now with sudo? [Y/n] '
    read -r answer
    case "$answer" in [nN]*) echo "Install them yourself:  apt-get install$missing"; exit 1 ;; esac
  fi
  run="sudo"
else
  echo "Root is needed. As root:  apt-get install$missing"
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
# Package lists may be old or absent; only then are they fetched.
$run apt-get install -y -qq $missing >/dev/null 2>&1 || {
  $run apt-get update -qq
  $run apt-get install -y -qq $missing
}
