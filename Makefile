# make demo: the sample through the whole state machine.  make test: every test.  make check: the quick loop.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SOURCES := .ci layers/core functions local tests

.PHONY: help demo test check lint types unit browser validate audit lock clean

help: ## what can be made
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

demo: $(VENV)/.installed ## transcribe the sample recording through the whole state machine
	@echo "Transcribing sample/lighthouse-talk.mp3 (a synthetic voice) with the deployed state machine, on this machine:"
	@$(BIN)/fanscribe transcribe sample/lighthouse-talk.mp3 --language en --out transcripts --fresh
	@echo && echo "It begins:" && head -c 400 transcripts/lighthouse-talk.txt | fold -s -w 100 && echo " …"

test: $(VENV)/.installed ## every test; those that need ../shared skip where it is absent, and say so
	@$(BIN)/pytest

check: lint types unit ## lint, types and unit tests: under a minute

lint: $(VENV)/.installed
	@$(BIN)/ruff check $(SOURCES) && $(BIN)/ruff format --check $(SOURCES) && $(BIN)/cfn-lint template.yaml

types: $(VENV)/.installed
	@$(BIN)/mypy

unit: $(VENV)/.installed
	@$(BIN)/pytest tests/unit

browser: $(VENV)/.browser ## the transcript page in Chromium, driven by Playwright; needs a Chromium and npm
	@$(BIN)/pytest tests/browser

validate: .venv-sam/.installed ## the template and the definition, as SAM and the Step Functions' schema see them
	@SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=us-east-1 .venv-sam/bin/sam validate --lint
	@npx --yes asl-validator@4.0.0 --json-path statemachine/transcription.asl.json

audit: .venv-sam/.installed .venv-checkov/.installed ## the template's security, as written and as SAM expands it; what is excepted says why
	@mkdir -p build && .venv-sam/bin/python .ci/expand.py template.yaml > build/expanded.yaml
	@.venv-checkov/bin/checkov --framework cloudformation --skip-download --compact --quiet -f template.yaml build/expanded.yaml

lock: $(VENV)/.installed ## renew the lock files from pyproject.toml
	@PYTHON=$(PYTHON) bash requirements/lock.sh

clean: ## remove what was made
	rm -rf $(VENV) .venv-sam .venv-checkov .mypy_cache .pytest_cache .ruff_cache .hypothesis build fanscribe.egg-info transcripts .aws-sam tests/browser/node_modules

# Beside the rest in .venv: where they are not, the browser tests skip and say so. A Chromium is taken from the machine.
$(VENV)/.browser: $(VENV)/.installed requirements/browser.txt tests/browser/package-lock.json
	@echo "Installing what drives a browser …"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r requirements/browser.txt
	@npm ci --prefix tests/browser --silent --no-audit --no-fund
	@touch $@

# Tools whose pins are their own
.venv-%/.installed: requirements/%.txt
	@echo "Installing into .venv-$* (once) …"
	@$(PYTHON) -m venv .venv-$*
	@.venv-$*/bin/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r $<
	@touch $@

# Installed from the lock file, which is complete, with hashes; a failed installation leaves no mark and is tried again.
$(VENV)/.installed: requirements/lock.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Fanscribe needs Python 3.11 or newer: make PYTHON=python3.11" >&2; exit 1; }
	@echo "Installing into $(VENV) (once, about a minute) …"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r requirements/lock.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
