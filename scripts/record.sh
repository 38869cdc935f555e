#!/usr/bin/env bash
# Runs inside devstack, for `make record`: plays the demonstration on an instance of its own and saves the histories of its
# cases, decrypted, for the replay test, in a new folder: that of RELEASE, of the tag that is checked out, or of today.
# It never changes a recorded history. docs/versioning.md describes when to record.
set -euo pipefail
cd "$(dirname "$0")/.."
release=${RELEASE:-$(git describe --tags --exact-match 2>/dev/null || echo "unreleased-$(date +%F)")}
folder=testdata/histories/$release
[ ! -e "$folder" ] || { echo "$folder is there already and stays as it is: name another by make record RELEASE=…" >&2; exit 1; }
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
recorded=$DEVSTACK_STATE/histories
bin/demo --out "$DEVSTACK_STATE/papers" --histories "$recorded"
mv "$recorded" "$folder"
echo "recorded $(find "$folder" -name '*.json' | wc -l) histories in $folder"
