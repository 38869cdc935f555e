#!/usr/bin/env bash
# Runs inside devstack, for `make test`: the product with the demonstration's cases, and tests of its pages in a real browser.
# With SCREENS set, pictures of every page are saved in that folder. BROWSER_PORT moves the product to another port.
set -euo pipefail
cd "$(dirname "$0")/.."
port=${BROWSER_PORT:-18090}
export TUOYU_LISTEN=127.0.0.1:$port TUOYU_METRICS_LISTEN=127.0.0.1:$((port - 1)) TUOYU_PUBLIC_URL=http://127.0.0.1:$port
export TUOYU_BLOB_DIR=$DEVSTACK_STATE/blobs TUOYU_KEYSET_FILE=$DEVSTACK_STATE/keyset.json
export TUOYU_DEMO_ACCOUNTS_URL=$TUOYU_OIDC_ISSUER/accounts
CHROMIUM=$(command -v chromium-headless-shell || command -v chromium)
export CHROMIUM
bin/tuoyu keys new "$TUOYU_KEYSET_FILE" >/dev/null
bin/tuoyu migrate
bin/tuoyu procedure publish procedures/library/rent_relief --propose-as procedure-author --approve-as procedure-approver >/dev/null
bin/tuoyu serve >"$DEVSTACK_STATE/serve.log" 2>&1 &
serve=$!
bin/tuoyu worker >"$DEVSTACK_STATE/worker.log" 2>&1 &
worker=$!
trap 'kill -TERM $serve $worker 2>/dev/null || true; wait' EXIT
for address in "$TUOYU_LISTEN" "$TUOYU_METRICS_LISTEN"; do
	for _ in $(seq 100); do bin/tuoyu ready "$address" >/dev/null 2>&1 && break || sleep 0.2; done
done
bin/demo --quiet --out "$DEVSTACK_STATE/papers"
bin/demo --payments 30
bin/demo --application community >"$DEVSTACK_STATE/application.json"
export APPLICATION=$DEVSTACK_STATE/application.json
cd browser
npx playwright test "$@"
