#!/usr/bin/env bash
# For `make fuzz`: runs each fuzz target of the module for FUZZTIME (5s). Their seeds, and what was found before, run with go test. An
# input that fails a target is saved below testdata/fuzz of its package: commit it with the repair.
# The first run compiles every dependency once more, with coverage, and prints nothing for minutes. A target is ended after
# FUZZLIMIT (15m), whatever it does.
set -euo pipefail
cd "$(dirname "$0")/.."
found=0
while IFS=: read -r file target; do
	echo "== $target (${file%/*})"
	found=1
	timeout --kill-after=10s "${FUZZLIMIT:-15m}" \
		go test -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZTIME:-5s}" -fuzzminimizetime 5s "./${file%/*}" </dev/null
done < <(git grep -o '^func Fuzz[A-Za-z]*' -- '*_test.go' | sed 's/func //')
[ "$found" = 1 ] || { echo 'no fuzz target found' >&2; exit 1; }
