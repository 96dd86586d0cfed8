# Everything about replyassist from a fresh machine: `make run` shows it, `make test` proves it.
# Needs Python 3.11+, bash and make; the rest comes through pip, npm and (for the browser tests) apt-get.

PYTHON ?=
PIP_FLAGS ?=
DEMO_ARGS ?=
PYTEST_ARGS ?=
BENCH ?= retrieval grounding injection pii triage queue streams engine
BENCH_ARGS ?=
MUTANTS_ARGS ?=
FAULTS_ARGS ?=

BIN := .venv/bin
INSTALLED := .venv/.installed
PREPARED := .make/prepared
ASSETS := src/replyassist/web/static/vendor/manifest.json
# A test that hangs for this many seconds prints every thread's stack and ends its process: the test has failed.
TEST_TIMEOUT ?= 900
# The tests run in this many processes; 0 is in pytest's own. Each computes with one thread: two processes with two
# threads each would wait for one another on two cores.
TEST_WORKERS ?= 2
PICTURES := docs/images
# What `make test-platforms` runs; each of its files has a row of its own in docs/platforms.md.
PLATFORM_TESTS ?= tests/platforms
# Where published specifications of platforms are kept; what needs one that is not there is left out with a reason.
SPECS ?= ../shared/data/specs

export PYTHON PIP_FLAGS SPECS

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help setup run test check lint format docs build bench peers mutants faults constraints screenshots clean distclean
.PHONY: browser-and-peers emulators platforms test-platforms peers-up peers-down

help: ## show this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 22

setup: $(INSTALLED) $(ASSETS) $(PREPARED) ## build .venv and the front-end assets; does nothing the second time

run: setup ## set up, serve the review console, draft the sample messages one by one (DEMO_ARGS=...)
	@exec $(BIN)/replyassist demo $(DEMO_ARGS)

test: setup browser-and-peers ## set up and run every test, browser, database and models included (PYTEST_ARGS=...)
	@$(BIN)/replyassist encoder install
	@TEST_WORKERS=$(TEST_WORKERS) TEST_TIMEOUT=$(TEST_TIMEOUT) bash scripts/run_tests.sh $(PYTEST_ARGS)

test-platforms: setup browser-and-peers platforms ## run the long tests against whole platforms; renew docs/platforms.md (PLATFORM_TESTS=...)
	@REPLYASSIST_CHROMIUM="$$(cat .make/chromium)" REPLYASSIST_TEST_PLATFORMS=1 OMP_NUM_THREADS=1 \
		$(BIN)/python -m pytest -p no:xdist $(PLATFORM_TESTS) $(PYTEST_ARGS) </dev/null; status=$$?; \
		$(BIN)/python -m scripts.platforms && exit $$status

peers-up: setup platforms ## start the real platforms that tests run against, until Ctrl-C (SPECS=folder with x-openapi.json)
	@bash scripts/install_peers.sh
	@exec $(BIN)/python -m tests.channels.peers.up

peers-down: ## end what `make peers-up` started elsewhere
	@$(BIN)/python -m tests.channels.peers.up down

check: lint test ## format check, lint, types, import contracts, then every test

lint: $(INSTALLED) ## format check, lint, types, import contracts, translations and docs' links, without the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/constraints.py --check
	$(BIN)/python scripts/messages.py --check
	$(BIN)/zensical build --strict -f mkdocs.yml

format: $(INSTALLED) ## rewrite the source in the project's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(INSTALLED) ## build the docs as a site into .make/site; a link that leads nowhere is an error
	$(BIN)/zensical build --strict -f mkdocs.yml

build: setup ## build the wheel into dist/
	$(BIN)/python -m build --wheel </dev/null

bench: setup peers ## run the benchmarks in full (BENCH="pii triage")
	@set -e; for name in $(BENCH); do $(BIN)/replyassist bench $$name $(BENCH_ARGS); done

peers: $(INSTALLED) ## install the frameworks that eval/peers/ compares retrieval with, into an environment of their own
	@bash scripts/install_peers.sh

mutants: $(INSTALLED) ## break four rooms at places drawn by chance, count how often a test sees it (MUTANTS_ARGS="--seed 2 review")
	@bash scripts/install_peers.sh .make/mutation scripts/mutants.txt
	@nice -n 15 .make/mutation/bin/python scripts/mutants.py $(MUTANTS_ARGS) </dev/null

faults: setup ## kill, stop and starve a deployment on both databases, count broken promises (FAULTS_ARGS="--seed 2 --each 100")
	@$(BIN)/python -m tests.faults $(FAULTS_ARGS) </dev/null

constraints: ## renew constraints.txt: resolve everything anew in a scratch environment
	@bash scripts/install_python.sh --scratch .make/resolve
	@.make/resolve/bin/python scripts/constraints.py --renew
	@rm -rf .make/resolve

screenshots: setup ## picture every page, light, dark and narrow; renew those that README and docs show
	@bash scripts/ensure_chromium.sh
	@$(BIN)/replyassist encoder install
	@REPLYASSIST_CHROMIUM="$$(cat .make/chromium)" REPLYASSIST_SCREENSHOTS=$(PICTURES)/pages OMP_NUM_THREADS=1 \
		$(BIN)/python -m pytest tests/web/test_screenshots.py </dev/null
	@for picture in $$(grep -ohE 'images/[a-z-]+\.webp' README.md docs/*.md | sort -u); do \
		cp $(PICTURES)/pages/$${picture#images/} $(PICTURES)/; done

clean: ## remove what builds and checks leave; keeps .venv and the database
	rm -rf .make dist build node_modules src/replyassist/web/static/vendor
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find src eval tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +

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
	@echo "setup: encoding the sample templates (a minute or two) ..."
	@$(BIN)/replyassist demo --prepare </dev/null || echo "the sample templates will be encoded at the first start"
	@touch $@

platforms: emulators
	@bash scripts/install_platforms.sh

emulators: $(INSTALLED)
	@$(BIN)/python scripts/install_emulators.py </dev/null

# Three downloads that do not need each other; all have ended when this has.
browser-and-peers: $(INSTALLED)
	@bash scripts/install_peers.sh & peers=$$!; \
		$(BIN)/python scripts/install_emulators.py & emulators=$$!; \
		bash scripts/ensure_chromium.sh; browser=$$?; \
		wait $$peers; peers=$$?; wait $$emulators && exit $$((peers + browser))
