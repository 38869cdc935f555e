#!/usr/bin/env bash
# lanes.sh N TARGET...: makes the targets, N at a time, in their order, each line of output with the target before it. After a failure
# it starts no further target, lets the running ones end, and its last line names what failed.
set -euo pipefail
set -m # each target in a process group of its own, which ends as a whole
lanes=$1
shift
declare -A running=()
failed=()

trap 'trap - INT TERM; for pid in "${!running[@]}"; do kill -TERM -- "-$pid" 2>/dev/null || true; done; wait; exit 130' INT TERM

start() {
	(
		set -o pipefail
		TIMEFORMAT="$1 | ended after %R s, processor %U s and %S s"
		time "${MAKE:-make}" --no-print-directory "$1" 2>&1 | while IFS= read -r line; do echo "$1 | $line"; done
	) 2>&1 &
	running[$!]=$1
}

reap() {
	local ended status=0
	wait -n -p ended "${!running[@]}" || status=$?
	[ $status -eq 0 ] || failed+=("${running[$ended]}")
	unset "running[$ended]"
}

for target in "$@"; do
	while [ ${#running[@]} -ge "$lanes" ]; do reap; done
	[ ${#failed[@]} -eq 0 ] || break
	start "$target"
done
while [ ${#running[@]} -gt 0 ]; do reap; done
[ ${#failed[@]} -eq 0 ] || { echo "FAILED: ${failed[*]}" >&2; exit 1; }
