# Everything about replyassist from a fresh machine: `make run` shows it, `make test` proves it.
# Needs Python 3.11+, bash and make; the rest comes through pip, npm and (for the browser tests) apt-get.

PYTHON ?=
PIP_FLAGS ?=
DEMO_ARGS ?=
PYTEST_ARGS ?=
BENCH ?= pipeline retrieval grounding injection pii triage queue engine
BENCH_ARGS ?=

BIN := .venv/bin
INSTALLED := .venv/.installed
PREPARED := .make/prepared
ASSETS := src/replyassist/web/static/vendor/manifest.json
# A test that hangs for this many seconds prints every thread's stack and ends its process: the test has failed.
TEST_TIMEOUT ?= 900
# The tests run in this many processes; 0 is in pytest's own. Each computes with one thread: two processes with two
# threads each would wait for one another on two cores.
TEST_WORKERS ?= 2

export PYTHON PIP_FLAGS

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help setup run test check lint format build bench peers constraints clean distclean browser-and-peers

help: ## show this list
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 20

setup: $(INSTALLED) $(ASSETS) $(PREPARED) ## build .venv and the front-end assets; does nothing the second time

run: setup ## set up, serve the review console, draft the sample messages one by one (DEMO_ARGS=...)
	@exec $(BIN)/replyassist demo $(DEMO_ARGS)

test: setup browser-and-peers ## set up and run every test, browser, database and models included (PYTEST_ARGS=...)
	@$(BIN)/replyassist encoder install
	@REPLYASSIST_CHROMIUM="$$(cat .make/chromium)" OMP_NUM_THREADS=1 $(BIN)/python -m pytest \
		-n $(TEST_WORKERS) --dist worksteal \
		-o faulthandler_timeout=$(TEST_TIMEOUT) -o faulthandler_exit_on_timeout=true \
		$(PYTEST_ARGS) </dev/null

check: lint test ## format check, lint, types, import contracts, then every test

lint: $(INSTALLED) ## format check, lint, types and import contracts, without the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/constraints.py --check

format: $(INSTALLED) ## rewrite the source in the project's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

build: setup ## build the wheel into dist/
	$(BIN)/python -m build --wheel </dev/null

bench: setup peers ## run the benchmarks in full (BENCH="queue engine" BENCH_ARGS=--quick)
	@set -e; for name in $(BENCH); do $(BIN)/replyassist bench $$name $(BENCH_ARGS); done

peers: $(INSTALLED) ## install the frameworks that eval/peers/ compares retrieval with, into an environment of their own
	@bash scripts/install_peers.sh

constraints: ## renew constraints.txt: resolve everything anew in a scratch environment
	@bash scripts/install_python.sh --scratch .make/resolve
	@.make/resolve/bin/python scripts/constraints.py --renew
	@rm -rf .make/resolve

clean: ## remove what builds and checks leave; keeps .venv and the database
	rm -rf .make dist build node_modules src/replyassist/web/static/vendor
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## remove .venv too
	rm -rf .venv

# The stamps. Each script looks at digests itself, so a mere change of file times costs next to nothing.
$(INSTALLED): pyproject.toml constraints.txt scripts/install_python.sh
	@bash scripts/install_python.sh

$(ASSETS): package.json package-lock.json .npmrc scripts/build_assets.py | $(INSTALLED)
	@$(BIN)/python scripts/build_assets.py </dev/null

# Without it all works too, and the first draft of `make run` waits for it: so what fails here fails nothing.
$(PREPARED): $(INSTALLED)
	@mkdir -p $(@D)
	@$(BIN)/replyassist demo --prepare </dev/null || echo "the sample templates will be encoded at the first start"
	@touch $@

# Two downloads that do not need each other; both have ended when this has.
browser-and-peers: $(INSTALLED)
	@bash scripts/install_peers.sh & peers=$$!; \
		bash scripts/ensure_chromium.sh; browser=$$?; \
		wait $$peers && exit $$browser
