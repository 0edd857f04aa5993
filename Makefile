# gradwalk: `make run` serves it, `make test` proves it, `make help` lists the rest.

PYTHON ?= python3.11
HOST   ?= 127.0.0.1
PORT   ?= 8000
TESTS  ?= -n auto --dist worksteal

BIN := .venv/bin
RUNNABLE := .venv/.run-stamp
TESTABLE := .venv/.dev-stamp
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
UV_VERSION := 0.13.9

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: run test lint format docs dist bench fuzz lock vendor browser clean help

run: $(RUNNABLE)  ## set up what running needs and serve (PORT, HOST)
	@$(BIN)/python -m app.cli --host "$(HOST)" --port "$(PORT)"

test: $(TESTABLE) browser  ## set up everything and pass all tests (TESTS="-k word", REQUIRE_BROWSER=1)
	@$(BIN)/python -m pytest $(TESTS)

lint: $(TESTABLE)  ## ruff and mypy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(TESTABLE)  ## rewrite the code as ruff would have it
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

docs: $(TESTABLE)  ## build the documentation into build/docs; a warning is an error
	@$(BIN)/python -m sphinx --quiet --fail-on-warning --keep-going docs build/docs

dist: $(TESTABLE)  ## build sdist and wheel, and try the wheel in an empty environment
	@rm -rf dist; mkdir -p build
	@$(BIN)/python -m build --no-isolation --outdir dist . >build/dist.log 2>&1 || { cat build/dist.log >&2; exit 1; }
	@$(BIN)/python tools/try_wheel.py

bench: $(TESTABLE)  ## measure, against peers in the same run
	@$(BIN)/python -m bench

fuzz: $(TESTABLE)  ## throw 10,000 random programs at it (some 30 minutes)
	@FUZZ=10000 $(BIN)/python -m pytest -s tests/fuzz

lock: .venv/.made  ## resolve the lock files again (UPGRADE=--upgrade for newer versions)
	@$(BIN)/python -m venv build/lock
	@build/lock/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@$(COMPILE) pyproject.toml -o requirements.lock
	@$(COMPILE) --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

# For every platform at once; names, versions and hashes only.
COMPILE = build/lock/bin/uv pip compile --quiet --no-config --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-emit-find-links --no-header $(UPGRADE)

vendor:  ## fetch the vendored front-end files again and hold them to their hashes (needs npm)
	@$(call find_python); "$$python" tools/vendor.py

clean:  ## remove what was made here
	@rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*  ## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

# One virtual environment: `run` fills it with what running needs, `test` with everything.
$(RUNNABLE): requirements.lock | .venv/.made
	@echo "Installing what gradwalk runs on ..."
	@$(PIP) -r requirements.lock
	@touch $@

$(TESTABLE): requirements-dev.lock requirements.lock | .venv/.made
	@echo "Installing what gradwalk runs on and is tested with ..."
	@$(PIP) -r requirements-dev.lock
	@touch $(RUNNABLE) $@

.venv/.made:
	@$(call find_python); \
	"$$python" -m venv .venv || { $(call as_root_install,python3-venv) && "$$python" -m venv --clear .venv; } \
	|| { echo "Python's venv is missing here: install python3-venv, then run make again." >&2; exit 1; }
	@touch $@

define find_python
for python in "$(PYTHON)" python3.11 python3; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; python=; \
done; \
if [ -z "$$python" ]; then echo "gradwalk needs Python 3.11 or newer; name one with make PYTHON=..." >&2; exit 1; fi
endef

# Debian's packages, without a question, when we may.
define as_root_install
[ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && { apt-get update -qq; \
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(1) </dev/null >/dev/null; }
endef

# The tests say themselves, and loudly, when there is no browser.
browser:
	@for name in chromium chromium-browser google-chrome; do command -v $$name >/dev/null && exit 0; done; \
	echo "Installing Chromium for the browser tests ..."; $(call as_root_install,chromium) || true
