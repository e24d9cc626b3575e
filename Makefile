# make demo: the sample through the whole state machine. make test: every test without Docker. make
# check: the quick loop.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SAM := SAM_CLI_TELEMETRY=0 .venv-sam/bin/sam
STACK := fanscribe
# Two files of tests at once: more would hold more speech models than a small machine has memory for
TWO := -n 2 --dist loadfile
SOURCES := .ci benchmarks layers/core functions fanscribe_local models tests

.PHONY: help demo test test-all test-sam test-deploy smoke stage check lint types unit browser validate audit docs model deploy lock clean

help: ## what can be made
	@sed -n 's/^\([a-z-]*\):.*## /make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

demo: $(VENV)/.installed ## transcribe the sample recording through the whole state machine
	@echo "Transcribing sample/lighthouse-talk.mp3 (a synthetic voice) on this machine:"
	@$(BIN)/fanscribe transcribe sample/lighthouse-talk.mp3 --language en --out transcripts --fresh
	@echo && echo "It begins:" && head -c 400 transcripts/lighthouse-talk.txt | fold -s -w 100 && echo " …"

test: $(VENV)/.developed ## the tests that a change needs: a few minutes
	@$(BIN)/pytest $(TWO) --ignore=tests/container --ignore=tests/deploy --ignore=tests/corpus

test-all: $(VENV)/.developed .venv-sam/.installed ## every test that needs no Docker; what needs ../shared skips where it is absent
	@$(BIN)/pytest $(TWO) --everything --ignore=tests/container --ignore=tests/deploy

test-sam: $(VENV)/.developed .venv-sam/.installed ## sam build, then its image and zips in containers; needs Docker and python3.13
	@$(BIN)/pytest --everything tests/container

# The emulator needs a newer Python than the rest: the first that is there. Without one, the tests
# skip and say so.
test-deploy: $(VENV)/.developed .venv-sam/.installed ## sam build and sam deploy to an emulator of AWS, with real containers; needs Docker, root and Python 3.12
	@for python in python3 python3.14 python3.13 python3.12 $${PYENV_ROOT:-$$HOME/.pyenv}/versions/3.1[2-9]*/bin/python3; do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; then $(MAKE) -s PYTHON=$$python .venv-emulator/.installed; break; fi; done
	@$(BIN)/pytest --everything tests/deploy

stage: $(VENV)/.installed ## S3 with all that events/ name, for sam local without AWS
	@$(BIN)/python -m fanscribe_local.emulator.stage

check: lint types unit ## lint, types and unit tests: under a minute

lint: $(VENV)/.developed
	@$(BIN)/ruff check $(SOURCES) && $(BIN)/ruff format --check $(SOURCES) && $(BIN)/lint-imports --no-logo --no-cache && $(BIN)/cfn-lint template.yaml images.yaml

types: $(VENV)/.developed
	@$(BIN)/mypy

unit: $(VENV)/.developed
	@$(BIN)/pytest tests/unit

browser: $(VENV)/.browser ## the transcript page in Chromium, driven by Playwright; needs a Chromium and npm
	@$(BIN)/pytest tests/browser

validate: .venv-sam/.installed ## the template and the definition, as SAM and the Step Functions' schema see them
	@AWS_DEFAULT_REGION=us-east-1 $(SAM) validate --lint
	@mkdir -p build # asl-validator wants whole ARNs of services
	@sed 's/$${Partition}/aws/g' statemachine/transcription.asl.json > build/definition.json
	@npx --yes asl-validator@4.0.0 --json-path build/definition.json

audit: .venv-sam/.installed .venv-checkov/.installed ## the template's security, as written and as SAM expands it; what is excepted says why
	@mkdir -p build && .venv-sam/bin/python .ci/expand.py template.yaml > build/expanded.yaml
	@.venv-checkov/bin/checkov --framework cloudformation --skip-download --compact --quiet -f template.yaml images.yaml build/expanded.yaml

docs: $(VENV)/.developed ## renew the tables that are made of the simulator and the template
	@$(BIN)/python -m benchmarks.cost
	@$(BIN)/python -m tests.support.permissions

model: .venv-convert/.installed ## convert a Whisper checkpoint for baking: make model MODEL=openai/whisper-small, or a folder
	@test -n "$(MODEL)" || { echo "Which? make model MODEL=openai/whisper-small, or MODEL=a folder with a checkpoint" >&2; exit 2; }
	@.venv-convert/bin/python models/convert.py "$(MODEL)" "models/$(notdir $(MODEL:/=))"

# The model is baked by the build and named to the functions by the deployment, so both are told.
# SAM tags an image with its id: where anything in it changed, so did the functions' ImageUri, and
# CloudFormation updates them. The layer is made by a python3.13, or in a container that has one.
deploy: .venv-sam/.installed ## build, push and update without questions, print the outputs: make deploy MODEL=small [STACK=fanscribe] [PARAMETERS='ChunkTiles=8 …']
	@test -n "$(MODEL)" || { echo "Which model? make deploy MODEL=small, or MODEL=models/yours (see models/README.md)" >&2; exit 2; }
	@$(SAM) build $(shell python3.13 --version >/dev/null 2>&1 || echo --use-container) --parameter-overrides Model=$(MODEL) $(PARAMETERS)
	@$(SAM) deploy --config-env images --stack-name $(STACK)-images
	@repository=$$($(SAM) list stack-outputs --stack-name $(STACK)-images --output json | sed -n 's/.*"OutputValue": "\(.*\)".*/\1/p') && \
	  $(SAM) deploy --config-env make --stack-name $(STACK) --s3-prefix $(STACK) --image-repository "$$repository" \
	    --parameter-overrides Model=$(MODEL) $(PARAMETERS)
	@$(SAM) list stack-outputs --stack-name $(STACK)

smoke: $(VENV)/.installed ## a deployed stack, tried with the sample: make smoke STACK=fanscribe; needs AWS credentials and nothing else
	@$(BIN)/python -m benchmarks.smoke $(STACK)

lock: $(VENV)/.installed ## renew the lock files from pyproject.toml
	@PYTHON=$(PYTHON) bash requirements/lock.sh

clean: ## remove what was made
	rm -rf $(VENV) .venv-sam .venv-checkov .venv-convert .venv-emulator .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist transcripts .aws-sam tests/browser/node_modules

# Beside the rest in .venv: where they are not, the browser tests skip and say so. A Chromium is
# taken from the machine.
$(VENV)/.browser: $(VENV)/.developed requirements/browser.txt tests/browser/package-lock.json
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

# Installed from lock files, which are complete, with hashes; a failed installation leaves no mark
# and is tried again. .installed holds what running needs, .developed what testing and linting need
# besides.
$(VENV)/.installed: requirements/run.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Fanscribe needs Python 3.11 or newer: make PYTHON=python3.11" >&2; exit 1; }
	@echo "Installing into $(VENV) (once, about a minute) …"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r requirements/run.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.developed: $(VENV)/.installed requirements/lock.txt
	@echo "Installing what tests need into $(VENV) (once) …"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r requirements/lock.txt
	@touch $@
