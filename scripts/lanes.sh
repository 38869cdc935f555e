#!/usr/bin/env bash
# lanes.sh N TARGET...: makes the targets, N at a time, in their order, each line of output with the target before it. A target written
# +TARGET has the processors before the others: it takes longest, since it does one thing after another. After a failure no further
# target is started, and the running ones end. Then it repeats the end of the output of what failed, and names it in its last line.
set -euo pipefail
set -m # each target in a process group of its own, which ends as a whole
lanes=$1
shift
declare -A running=()
failed=()
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

trap 'trap - INT TERM; for pid in "${!running[@]}"; do kill -TERM -- "-$pid" 2>/dev/null || true; done; wait; exit 130' INT TERM

start() {
	local way=(nice -n 15)
	[ "$2" != first ] || way=()
	(
		set -o pipefail
		TIMEFORMAT="$1 | ended after %R s, processor %U s and %S s"
		time "${way[@]}" "${MAKE:-make}" --no-print-directory "$1" 2>&1 | tee "$logs/$1" | while IFS= read -r line; do echo "$1 | $line"; done
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
	case $target in
	+*) start "${target#+}" first ;;
	*) start "$target" after ;;
	esac
done
while [ ${#running[@]} -gt 0 ]; do reap; done
[ ${#failed[@]} -gt 0 ] || exit 0
for target in "${failed[@]}"; do
	echo
	echo "the end of $target:"
	tail -n 30 "$logs/$target"
done
echo "FAILED: ${failed[*]}"
exit 1
