#!/usr/bin/env bash
# Runs inside devstack, for `make record`: plays the demonstration on an instance of its own and keeps the histories of its
# cases, opened, for the replay test.
set -euo pipefail
cd "$(dirname "$0")/.."
export TUOYU_LISTEN=127.0.0.1:18080 TUOYU_METRICS_LISTEN=127.0.0.1:18081 TUOYU_PUBLIC_URL=http://127.0.0.1:18080
export TUOYU_BLOB_DIR=$DEVSTACK_STATE/blobs
export TUOYU_KEYSET_FILE=$DEVSTACK_STATE/keyset.json
bin/tuoyu keys new "$TUOYU_KEYSET_FILE" >/dev/null
bin/tuoyu migrate
bin/tuoyu serve >"$DEVSTACK_STATE/serve.log" 2>&1 &
serve=$!
bin/tuoyu worker >"$DEVSTACK_STATE/worker.log" 2>&1 &
worker=$!
trap 'kill -TERM $serve $worker 2>/dev/null || true; wait' EXIT
for address in "$TUOYU_LISTEN" "$TUOYU_METRICS_LISTEN"; do
	for _ in $(seq 100); do bin/tuoyu ready "$address" >/dev/null 2>&1 && break || sleep 0.2; done
done
rm -f testdata/histories/*.json
bin/demo --out "$DEVSTACK_STATE/papers" --histories testdata/histories
