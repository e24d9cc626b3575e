# make demo transcribes the sample through the whole state machine, make test runs the tests that a
# change needs, make check is the quick loop.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SAM := SAM_CLI_TELEMETRY=0 .venv-sam/bin/sam
STACK := fanscribe
# Two test files at once: more would load more speech models than a small machine has memory for.
# In the order of tests/support/lanes.py, not of pytest-xdist, which begins with the most tests
TWO := -n 2 --dist loadfile --no-loadscope-reorder
SOURCES := .ci benchmarks docs layers/core functions fanscribe_local models tests

.PHONY: help demo redaction test test-all test-rest test-sam test-deploy coverage smoke stage \
  check lint types unit browser validate audit docs site model deploy lock clean
# pip from a lock file, which is complete and has hashes
LOCKED := -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

demo: $(VENV)/.installed ## transcribe the sample recording through the whole state machine
	@echo "Transcribing sample/lighthouse-talk.mp3 (a synthetic voice) on this machine:"
	@$(BIN)/fanscribe transcribe sample/lighthouse-talk.mp3 --language en --out transcripts --fresh
	@echo && echo "It begins:"
	@head -c 400 transcripts/lighthouse-talk.txt | fold -s -w 100 && echo " …"

test: $(VENV)/.developed ## run the tests that a change needs: a few minutes
	@$(BIN)/pytest $(TWO) --ignore=tests/container --ignore=tests/deploy --ignore=tests/corpus

test-all: $(VENV)/.developed .venv-sam/.installed ## run every test that needs no Docker
	@$(BIN)/pytest $(TWO) --everything --ignore=tests/container --ignore=tests/deploy

test-rest: $(VENV)/.developed .venv-sam/.installed ## run what test-all runs and test does not
	@$(BIN)/pytest $(TWO) --rest --ignore=tests/container --ignore=tests/deploy --durations=15

test-sam: $(VENV)/.developed .venv-sam/.installed ## test in containers; needs Docker, python3.13
	@$(BIN)/pytest --everything tests/container

# The emulator of AWS needs Docker, root and Python 3.12 or newer. The first such Python is taken;
# without one, the tests skip and say so.
test-deploy: $(VENV)/.developed .venv-sam/.installed ## deploy to an emulator of AWS and test there
	@for python in python3 python3.14 python3.13 python3.12 \
	    $${PYENV_ROOT:-$$HOME/.pyenv}/versions/3.1[2-9]*/bin/python3; do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; then \
	    $(MAKE) -s PYTHON=$$python .venv-emulator/.installed; break; fi; done
	@$(BIN)/pytest --everything tests/deploy

# Decoders are processes of their own, which coverage measures too. Not in CI: it takes more than
# ten minutes on two cores. Without pytest-xdist, whose workers may end before coverage has
# written what they ran.
coverage: $(VENV)/.developed ## measure which lines and branches of the core the fast tests run
	@rm -rf build/coverage && mkdir -p build/coverage
	@export COVERAGE_FILE=$(CURDIR)/build/coverage/data; \
	  $(BIN)/python -m coverage run -m pytest tests/workflow tests/media & lanes=$$!; \
	  $(BIN)/python -m coverage run -m pytest tests/unit && wait $$lanes && \
	  $(BIN)/python -m coverage combine -q && \
	  $(BIN)/python -m coverage report --skip-covered --show-missing && \
	  $(BIN)/python -m coverage json -q -o build/coverage/report.json && \
	  $(BIN)/python .ci/covered.py build/coverage/report.json

redaction: $(VENV)/.redaction ## install what the option redact needs (300 MB)

stage: $(VENV)/.installed ## serve S3 with the files of events/, for sam local without AWS
	@$(BIN)/python -m fanscribe_local.emulator.stage

check: lint types unit ## run lint, types and unit tests: under a minute

lint: $(VENV)/.developed
	@$(BIN)/ruff check $(SOURCES) && $(BIN)/ruff format --check $(SOURCES)
	@$(BIN)/lint-imports --no-logo --no-cache && $(BIN)/cfn-lint template.yaml images.yaml

types: $(VENV)/.developed
	@$(BIN)/mypy

unit: $(VENV)/.developed
	@$(BIN)/pytest tests/unit

browser: $(VENV)/.browser ## test the transcript page in a browser; needs Chromium and npm
	@$(BIN)/pytest --everything tests/browser

validate: .venv-sam/.installed ## check the template with SAM and the definition by its schema
	@AWS_DEFAULT_REGION=us-east-1 $(SAM) validate --lint
	@mkdir -p build # asl-validator accepts only complete ARNs of services
	@sed 's/$${Partition}/aws/g' statemachine/transcription.asl.json > build/definition.json
	@npx --yes asl-validator@4.0.0 --json-path build/definition.json

# The template is checked as it is written and as SAM expands it. Its exceptions say why.
audit: .venv-sam/.installed .venv-checkov/.installed ## check the template's security
	@mkdir -p build && .venv-sam/bin/python .ci/expand.py template.yaml > build/expanded.yaml
	@.venv-checkov/bin/checkov --framework cloudformation --skip-download --compact --quiet \
	  -f template.yaml images.yaml build/expanded.yaml

docs: $(VENV)/.developed ## renew the tables made from the simulator and the template
	@$(BIN)/python -m benchmarks.cost
	@$(BIN)/python -m tests.support.permissions

site: .venv-site/.installed ## the documentation as a site, in build/site
	@NO_MKDOCS_2_WARNING=1 .venv-site/bin/mkdocs build --quiet

model: .venv-convert/.installed ## convert a checkpoint: make model MODEL=openai/whisper-small
	@test -n "$(MODEL)" || { echo "Which model?" \
	  "make model MODEL=openai/whisper-small, or MODEL=a folder with a checkpoint" >&2; exit 2; }
	@PYTHONPATH=layers/core .venv-convert/bin/python models/convert.py "$(MODEL)" \
	  "models/$(notdir $(MODEL:/=))"

# The build bakes the model into the image, and the deployment names it to the functions, so both
# need its name. SAM tags an image with its id: if anything in it changes, so does the functions'
# ImageUri, and CloudFormation updates them. A python3.13 makes the layer, or a container has one.
TO_STACK = --stack-name $(STACK) --s3-prefix $(STACK)
IN_CONTAINER = $(shell python3.13 --version >/dev/null 2>&1 || echo --use-container)
deploy: .venv-sam/.installed ## build and deploy: MODEL=small [STACK=…] [PARAMETERS='LogLevel=…']
	@test -n "$(MODEL)" || { echo "Which model?" \
	  "make deploy MODEL=small, or MODEL=models/yours (see models/README.md)" >&2; exit 2; }
	@[[ "$(STACK)" =~ ^[a-z][a-z0-9]*(-[a-z0-9]+)*$$ ]] || { echo "STACK=$(STACK) can't name" \
	  "the images' repository: use small letters, digits, and single dashes between them" >&2; \
	  exit 2; }
	@$(SAM) build $(IN_CONTAINER) --parameter-overrides Model=$(MODEL) $(PARAMETERS)
	@$(SAM) deploy --config-env images --stack-name $(STACK)-images
	@repository=$$($(SAM) list stack-outputs --stack-name $(STACK)-images --output json | \
	    sed -n 's/.*"OutputValue": "\(.*\)".*/\1/p') && \
	  $(SAM) deploy --config-env make $(TO_STACK) --image-repository "$$repository" \
	    --parameter-overrides Model=$(MODEL) $(PARAMETERS)
	@$(SAM) list stack-outputs --stack-name $(STACK)

smoke: $(VENV)/.installed ## try a deployed stack with the sample: make smoke STACK=fanscribe
	@$(BIN)/python -m benchmarks.smoke $(STACK)

lock: $(VENV)/.installed ## renew the lock files from pyproject.toml
	@PYTHON=$(PYTHON) bash requirements/lock.sh

clean: ## remove everything that make and the tests have made
	rm -rf $(VENV) .venv-sam .venv-checkov .venv-convert .venv-emulator .venv-site \
	  .mypy_cache .pytest_cache \
	  .ruff_cache .hypothesis build dist transcripts .aws-sam tests/browser/node_modules

# These go into .venv with the rest. Without them, the browser tests skip and say so. Chromium is
# the machine's own.
$(VENV)/.browser: $(VENV)/.developed requirements/browser.txt tests/browser/package-lock.json
	@echo "Installing what drives a browser …"
	@$(BIN)/python $(LOCKED) requirements/browser.txt
	@npm ci --prefix tests/browser --silent --no-audit --no-fund
	@touch $@

# What the option `redact` needs, beside the rest
$(VENV)/.redaction: $(VENV)/.installed requirements/redaction.txt
	@echo "Installing what finds personal data into $(VENV) (once) …"
	@$(BIN)/python $(LOCKED) requirements/redaction.txt
	@touch $@

# Tools with lock files of their own
.venv-%/.installed: requirements/%.txt
	@echo "Installing into .venv-$* (once) …"
	@$(PYTHON) -m venv .venv-$*
	@.venv-$*/bin/python $(LOCKED) $<
	@touch $@

# A failed installation leaves no mark and is tried again. .installed is what running needs,
# .developed adds what testing and linting need.
$(VENV)/.installed: requirements/run.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Fanscribe needs Python 3.11 or newer: make PYTHON=python3.11" >&2; exit 1; }
	@echo "Installing into $(VENV) (once, about a minute) …"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python $(LOCKED) requirements/run.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps \
	  --no-build-isolation -e .
	@touch $@

$(VENV)/.developed: $(VENV)/.installed requirements/lock.txt requirements/redaction.txt
	@echo "Installing what tests need into $(VENV) (once) …"
	@$(BIN)/python $(LOCKED) requirements/lock.txt
	@$(BIN)/python $(LOCKED) requirements/redaction.txt
	@touch $@
