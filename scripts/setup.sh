#!/usr/bin/env bash
# Installs what this machine lacks, or prints in one line the command to run if it may not.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() { echo "FAILED: setup: $*" >&2; exit 1; }

command -v go >/dev/null || fail "Go is not installed: get $(awk '$1 == "go" {print $2}' go.mod) or later from https://go.dev/dl"
need=$(awk '$1 == "go" {print $2}' go.mod)
have=$(go env GOVERSION)
have=${have#go}
newest=$(printf '%s\n%s\n' "$need" "$have" | sort -V | tail -n 1)
[ "$newest" = "$have" ] || fail "Go is $have, this needs $need or later: get it from https://go.dev/dl"

packages=()
want() { packages+=("$1"); }
[ -n "$(ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null)" ] || command -v initdb >/dev/null || want postgresql
command -v chromium-headless-shell >/dev/null || command -v chromium >/dev/null || want chromium-headless-shell
[ -e /usr/share/fonts/truetype/lxgw-wenkai/LXGWWenKai-Regular.ttf ] || want fonts-lxgw-wenkai
[ -e /usr/share/fonts/truetype/hanazono/HanaMinB.ttf ] || want fonts-hanazono
command -v npm >/dev/null || want npm
command -v gcc >/dev/null || want gcc
command -v curl >/dev/null || want curl
command -v pdftotext >/dev/null || want poppler-utils
[ ${#packages[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
	fail "missing ${packages[*]}: type sudo apt-get install ${packages[*]}"
fi
echo "installing ${packages[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${packages[@]}"; } >"$log" 2>&1; then
	fail "apt-get install ${packages[*]}: $(grep -v '^$' "$log" | tail -n 1)"
fi
