#!/usr/bin/env bash
# Fails when openapi.json, as bin/tuoyu writes it, is not what openapi/redocly.yaml asks of it; a warning fails too.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
bin/tuoyu openapi --url https://tuoyu.invalid >"$folder/openapi.json"
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true NO_COLOR=1
if ! openapi/node_modules/.bin/redocly lint --config openapi/redocly.yaml --lint-config error --max-problems 1000 \
	"$folder/openapi.json" >"$folder/report" 2>&1; then
	cat "$folder/report"
	exit 1
fi
if ! grep -q 'Your API description is valid' "$folder/report" || grep -Eq '[0-9]+ warning|WARNING' "$folder/report"; then
	cat "$folder/report"
	exit 1
fi
