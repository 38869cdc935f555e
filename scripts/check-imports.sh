#!/usr/bin/env bash
# Fails if a package imports one that is not in a layer above its own line here. A package without a line fails too, so that
# every new package is assigned to a layer.
set -euo pipefail
cd "$(dirname "$0")/.."

layers='
nursery draw limits sealing sheets migrations web/assetsgen cmd/gotest
calendar growth definition testdata sealing/sealingtest uploads
policies documents procedures procedures/library store e2e/roleplay
funds procedures/published
activities backtest store/storetest e2e/stories procedures/describe procedures/proceduretest
procedures/drawing
workflows/humantask
workflows workflows/procedure
procedures/steps
casework worker procedures/scenarios
casework/public casework/stuck
web/ui
api web
web/cases
children registry offices api/apitest
attendance processes/filing processes/buildsite processes/contract processes/checkup processes/inspection processes/insurance
processes/targets processes/procedure processes/funds
processes
worker/workertest casework/actsgen casework/tests web/tests api/tests workflows/tests
cmd/* e2e e2e/*
'

${GO:-go} list -f '{{.ImportPath}}{{range .Imports}} {{.}}{{end}}' ./... ./testdata | awk -v layers="$layers" '
	BEGIN {
		lines = split(layers, line, "\n")
		for (i = 1; i <= lines; i++) {
			n = split(line[i], names, " ")
			for (j = 1; j <= n; j++) layer[names[j]] = i
		}
	}
	function of(package,   parent) {
		if (package in layer) return layer[package]
		parent = package
		sub("/.*", "/*", parent)
		return layer[parent]
	}
	{
		package = substr($1, 7)
		if (!of(package)) { print package " has no layer in scripts/check-imports.sh"; wrong = 1; next }
		for (i = 2; i <= NF; i++) {
			if ($i !~ /^tuoyu\//) continue
			imported = substr($i, 7)
			if (of(imported) >= of(package)) { print package " must not import " imported; wrong = 1 }
		}
	}
	END { exit wrong }'
