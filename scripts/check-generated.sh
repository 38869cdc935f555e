#!/usr/bin/env bash
# Fails if regenerating changes committed files; the tree is left as generated.
set -euo pipefail
cd "$(dirname "$0")/.."

sums() { find . \( -name '*.gen.go' -o -name '*_templ.go' -o -path './policies/acts/data.json' \) -not -path './.devstack/*' -print0 | sort -z | xargs -0 sha256sum; }

before=$(sums)
make --no-print-directory generate
if ! changed=$(diff <(echo "$before") <(sums)); then
	echo 'generated code was not up to date; it is now, commit it:'
	awk '/^[<>]/ {print "  " $3}' <<<"$changed" | sort -u
	exit 1
fi
