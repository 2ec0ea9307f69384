#!/usr/bin/env bash
# Runs the tests with the options given; what failed is said once more at the end, where it is seen.
set -uo pipefail
log=$(mktemp)
trap 'rm -f "$log"' EXIT
"${SWIFT:-swift}" test -c release "$@" 2>&1 | tee "$log"
status=${PIPESTATUS[0]}
if [ "$status" != 0 ] && grep -q "✘ Test .* recorded an issue" "$log"; then
  echo
  echo "What failed:"
  grep "✘ Test .* recorded an issue" "$log"
fi
exit "$status"
