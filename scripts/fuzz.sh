#!/usr/bin/env bash
# For `make fuzz`: runs each fuzz target of the module for FUZZTIME (5s). Their seeds, and what was found before, run with go test. An
# input that fails a target is saved below testdata/fuzz of its package: commit it with the repair.
set -euo pipefail
cd "$(dirname "$0")/.."
found=0
while IFS=: read -r file target; do
	echo "== $target (${file%/*})"
	found=1
	go test -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZTIME:-5s}" "./${file%/*}"
done < <(git grep -o '^func Fuzz[A-Za-z]*' -- '*_test.go' | sed 's/func //')
[ "$found" = 1 ] || { echo 'no fuzz target found' >&2; exit 1; }
