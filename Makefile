# The targets. `make run` starts the system, `make test` checks it; the others are for its developers.
# The last line of make names the step that failed.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.NOTPARALLEL:
.DEFAULT_GOAL := help

GO ?= go
# Copies of the tree, such as those of the tests of patches, share the build cache. Tests are linked without debugging information,
# which takes a third of the time of a link.
export GOFLAGS ?= -trimpath -ldflags=-w
BIN := $(CURDIR)/bin
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo development)
TOOLS := $(BIN)/sqlc $(BIN)/staticcheck $(BIN)/templ $(BIN)/workflowcheck

# Where `make run` listens, for `make demo`.
demo: export TUOYU_PUBLIC_URL ?= http://127.0.0.1:8080
demo: export TUOYU_OIDC_ISSUER ?= http://127.0.0.1:9998

.PHONY: help run demo record test chaos fuzz screens bench lint generate build setup clean FORCE

help: ## this list
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: setup $(BIN)/devstack $(BIN)/tuoyu $(BIN)/demo ## start all services, run the demonstration cases, serve until Ctrl-C
	@exec $(BIN)/devstack $(DEVSTACK_FLAGS) -- scripts/run.sh

demo: $(BIN)/demo ## run the demonstration cases once more and those of the subsidies, while make run is up
	@$(BIN)/demo
	@$(BIN)/demo --subsidies

record: $(BIN)/devstack $(BIN)/tuoyu $(BIN)/demo ## record the histories that guard running cases, in a folder for RELEASE
	@$(BIN)/devstack --quiet --ports auto --fast --fresh --state .devstack/record -- scripts/record.sh

# Prerequisites that several steps share are built first, so that no two steps build them at once. After the checks of a few
# seconds the two longest steps begin, and the others run beside them.
test: setup $(TOOLS) $(BIN)/devstack $(BIN)/tuoyu $(BIN)/demo $(BIN)/gotest openapi/node_modules browser/node_modules ## every check and every test, two steps at a time
	@scripts/lanes.sh 2 check-format check-imports check-words check-sql check-generated check-rules +test-browser test-go \
		check-vet check-staticcheck check-determinism check-openapi test-rules test-devstack test-race test-storm

chaos: setup ## run all roles for five minutes while processes, services, links and the disk fail
	@$(MAKE) --no-print-directory storm STORM='--for 5m --v'

fuzz: ## fuzz each parser for FUZZTIME
	@scripts/fuzz.sh

screens: setup $(BIN)/devstack $(BIN)/tuoyu $(BIN)/demo browser/node_modules ## take a picture of every page at three widths into out/screens; docs/screens holds ten of them
	@rm -rf out/screens && mkdir -p out/screens
	@SCREENS=$(CURDIR)/out/screens $(BIN)/devstack --quiet --ports auto --fresh --state .devstack/browser -- scripts/browser.sh

bench: setup $(BIN)/devstack $(BIN)/tuoyu $(BIN)/demo ## measure the goals into bench/RESULTS.md, in about ten minutes
	@cd bench && $(GO) build -o $(BIN)/bench .
	@$(BIN)/bench

lint: check-format check-imports check-words check-vet check-staticcheck check-determinism check-sql check-generated check-rules ## run only the checks of make test

generate: $(BIN)/sqlc $(BIN)/templ ## regenerate the generated code
	@$(BIN)/sqlc generate
	@$(BIN)/templ generate -log-level error .
	@$(GO) run ./casework/actsgen

build: $(BIN)/tuoyu ## bin/tuoyu

setup: ## install what this machine lacks
	@scripts/setup.sh

clean: ## remove what was built and the local databases
	@rm -rf bin .devstack var out

# The steps of make test, each of which can be run alone.

.PHONY: check-format check-imports check-words check-vet check-staticcheck check-determinism check-sql check-generated check-rules \
	test-rules test-go test-race test-devstack test-browser check-run check-openapi storm test-storm

check-format:
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then echo "gofmt would change:"; echo "$$unformatted"; exit 1; fi

check-imports:
	@scripts/check-imports.sh

# The comments use the standard terms: cmd/checkwords/words.go lists the others, each with the term to use.
check-words:
	@$(GO) run ./cmd/checkwords activities api attendance bench calendar casework children cmd definition devstack documents draw e2e growth limits \
		migrations nursery offices policies procedures processes registry scripts sealing sheets store testdata uploads web worker workflows

check-vet:
	@$(GO) vet ./... ./testdata
	@cd bench && $(GO) vet ./...

check-staticcheck: $(BIN)/staticcheck
	@$(BIN)/staticcheck ./... ./testdata
	@cd bench && $(BIN)/staticcheck ./...

check-determinism: $(BIN)/workflowcheck
	@$(BIN)/workflowcheck ./workflows/...

check-sql: $(BIN)/sqlc
	@$(BIN)/sqlc diff

check-generated: $(BIN)/sqlc $(BIN)/templ
	@scripts/check-generated.sh

check-rules: $(BIN)/tuoyu
	@$(BIN)/tuoyu policy check | tail -n 1

# Lints openapi.json, as the program writes it, with strict rules.
check-openapi: $(BIN)/tuoyu openapi/node_modules
	@scripts/check-openapi.sh

test-rules: $(BIN)/tuoyu
	@$(BIN)/tuoyu policy test

# RACED lists the packages whose goroutines share data; they, and all that they call, are tested with the race detector. It
# slows computation tenfold, so the other packages are tested without it: the storm runs all commands at once on a program
# built with it. Vet is off, since check-vet runs it in full.
RACED := ./cmd/tuoyu ./limits ./sealing ./store ./web/... ./worker

test-race: $(BIN)/devstack $(BIN)/gotest
	@$(BIN)/devstack --quiet --ports auto --fast --memory --state .devstack/race -- $(BIN)/gotest -race -vet off -timeout 150m $(RACED)

# The clients generated from openapi.json need its packages.
test-go: $(BIN)/devstack $(BIN)/gotest openapi/node_modules
	@$(BIN)/devstack --quiet --ports auto --fast --memory --state .devstack/test -- $(BIN)/gotest -vet off -timeout 150m \
		$$($(GO) list ./... ./testdata | grep -vxF "$$($(GO) list $(RACED))")

# Runs all roles while processes and services are killed, links are cut and stalled and the blob disk is full; then prints each
# violated invariant and each data race. Without --fast, with which a killed Postgres loses commits.
storm: $(BIN)/devstack
	@$(GO) build -o $(BIN)/storm ./e2e/storm
	@$(GO) build -race -o $(BIN)/tuoyu-race ./cmd/tuoyu
	@$(BIN)/devstack --quiet --ports auto --fresh --state .devstack/storm -- $(BIN)/storm --program $(BIN)/tuoyu-race $(STORM)

test-storm:
	@$(MAKE) --no-print-directory storm STORM='--for 50s --seed 1'

# Starts the whole system five times on fresh state and ten times more on the first state, beside busy processes; make test
# does so once and twice.
check-run: $(BIN)/devstack
	@RUN_FRESH=5 RUN_AGAIN=10 RUN_BUSY=1 $(BIN)/devstack --quiet --ports auto --fast --state .devstack/test -- \
		$(GO) test -timeout 150m -count 1 -v -run 'TestTheSystemComesUpEveryTime|TestADemonstrationThatCannotGoOn' ./e2e

test-devstack: $(BIN)/devstack $(BIN)/staticcheck
	@cd devstack && $(GO) vet ./... && $(BIN)/staticcheck ./... && $(GO) test -vet off -timeout 150m ./...

test-browser: $(BIN)/devstack $(BIN)/tuoyu $(BIN)/demo browser/node_modules
	@$(BIN)/devstack --quiet --ports auto --fast --memory --fresh --state .devstack/browser -- scripts/browser.sh

# Files that the targets above need.

$(BIN)/tuoyu $(BIN)/demo: $(BIN)/%: FORCE
	@$(GO) build -ldflags '-X main.version=$(VERSION)' -o $@ ./cmd/$*

$(BIN)/devstack: $(filter-out %_test.go,$(wildcard devstack/*.go)) $(wildcard devstack/*.html) devstack/go.mod devstack/go.sum
	@echo 'building devstack, which takes some minutes the first time'
	@cd devstack && $(GO) build -o $@ .

openapi/node_modules: openapi/package-lock.json
	@cd openapi && npm ci --no-audit --no-fund --loglevel error && touch node_modules

$(BIN)/gotest: $(wildcard cmd/gotest/*.go)
	@$(GO) build -o $@ ./cmd/gotest

browser/node_modules: browser/package-lock.json
	@cd browser && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund --loglevel error && touch node_modules

$(TOOLS) &: tools/go.mod tools/go.sum
	@echo 'installing sqlc, staticcheck, templ and workflowcheck'
	@cd tools && GOBIN=$(BIN) $(GO) install tool
	@touch $(TOOLS)
