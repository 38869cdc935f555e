#!/usr/bin/env bash
# Runs inside devstack, for `make run`: the product as in production, the demonstration cases once per state, and then the
# whole system to explore until Ctrl-C. If a part ends, everything ends, with the cause in one line; a
# failed demonstration ends nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

state=$DEVSTACK_STATE
bin=${TUOYU_BIN:-bin}
export TUOYU_LISTEN=${TUOYU_LISTEN:-127.0.0.1:8080}
export TUOYU_METRICS_LISTEN=${TUOYU_METRICS_LISTEN:-127.0.0.1:8081}
export TUOYU_PUBLIC_URL=${TUOYU_PUBLIC_URL:-http://$TUOYU_LISTEN}
export TUOYU_BLOB_DIR=$state/blobs
export TUOYU_KEYSET_FILE=$state/keyset.json
export TUOYU_DEMO_ACCOUNTS_URL=$TUOYU_OIDC_ISSUER/accounts

pids=()
stop() {
	trap '' INT TERM
	for pid in "${pids[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
	wait
}
fail() {
	stop
	echo "FAILED: $*" >&2
	exit 1
}
trap 'stop; echo "ended"; exit 0' INT TERM

# cause LOG prints the line with the cause of the end of a part.
cause() { { grep -E '^(tuoyu|demo|panic|fatal error): ' "$1" || tail -n 1 "$1"; } | tail -n 1; }

# launch NAME starts one part of the product with a log of its own.
launch() {
	"$bin/tuoyu" "$1" >"$state/$1.log" 2>&1 &
	pids+=($!)
}

# await NAME PID ADDRESS waits until the part is ready, or fails with the cause.
await() {
	local answer
	for _ in $(seq 150); do
		kill -0 "$2" 2>/dev/null || fail "$1: $(cause "$state/$1.log")"
		if answer=$("$bin/tuoyu" ready "$3" 2>/dev/null); then return; fi
		sleep 0.2
	done
	fail "$1 is not ready: ${answer:-no answer at $3}"
}

[ -e "$TUOYU_KEYSET_FILE" ] || "$bin/tuoyu" keys new "$TUOYU_KEYSET_FILE" >/dev/null || fail "make a keyset in $TUOYU_KEYSET_FILE"
migrated=$("$bin/tuoyu" migrate 2>&1) || fail "migrate: $(tail -n 1 <<<"$migrated")"
# The schemes for which institutions apply; one that is published already stays. Without them everything else works.
schemes=(procedures/library/{rent_relief,demonstration_award,chain_award,use_award,idle_space_award})
published=$("$bin/tuoyu" procedure publish "${schemes[@]}" --propose-as procedure-author --approve-as procedure-approver 2>&1) ||
	echo "procedures are not published: $(tail -n 1 <<<"$published")" >&2
launch serve
launch worker
await serve "${pids[0]}" "$TUOYU_LISTEN"
await worker "${pids[1]}" "$TUOYU_METRICS_LISTEN"

# watch PID... waits until one of the processes ends. If it is a part of the product, everything ends.
watch() {
	local ended=0 code=0 i
	wait -n -p ended "$@" || code=$?
	for i in 0 1; do
		[ "${pids[$i]}" = "$ended" ] || continue
		name=$([ "$i" = 0 ] && echo serve || echo worker)
		fail "$name ended with exit code $code: $(cause "$state/$name.log")"
	done
	return "$code"
}

"$bin/demo" --once --out "${TUOYU_DEMO_OUT:-out/demo}" 2>"$state/demo.log" & # not in the foreground, where it would keep a signal waiting
pids+=($!)
played=''
watch "${pids[@]}" || played="The demonstration stopped: $(cause "$state/demo.log"). The next make run goes on with it."
unset 'pids[2]'

[ -z "$played" ] || printf '\n%s\n' "$played"
cat <<TEXT

The system is up. Ctrl-C ends it; what was done stays for the next make run (make run DEVSTACK_FLAGS=--fresh starts anew).

  pages                $TUOYU_PUBLIC_URL/ (its sign-in page offers every account; none has a password)
  API                  $TUOYU_PUBLIC_URL/docs
  OpenAPI              $TUOYU_PUBLIC_URL/openapi.json
  readiness            $TUOYU_PUBLIC_URL/readyz   http://$TUOYU_METRICS_LISTEN/readyz
  Temporal Web UI      ${DEVSTACK_TEMPORAL_UI_URL:-not running}
  logs                 $state/serve.log   $state/worker.log

Accounts in 潞州区 (140403; the other counties alike): institution-140403-01, clerk-140403, clerk-140403-2,
supervisor-140403, inspector-140403, inspector-140403-2, registrar-market-140403, county-office-140403, clinic-140403-1,
clinic-140403-2, finance-140403, finance-140403-2. City-wide: city-office, city-office-2, auditor, administrator, insurer,
insurer-2, city-finance, procedure-author, procedure-approver.

To try, with a token of the clerk:

  token() { curl -s -d grant_type=client_credentials -d client_id=\$1 -d client_secret=\$1 $TUOYU_OIDC_ISSUER/oauth/token | sed 's/.*"access_token":"\([^"]*\)".*/\1/'; }
  curl -s -H "Authorization: Bearer \$(token clerk-140403)" $TUOYU_PUBLIC_URL/api/v1/tasks
  curl -s -H "Authorization: Bearer \$(token clerk-140403)" $TUOYU_PUBLIC_URL/api/v1/cases
TEXT

watch "${pids[@]}"
