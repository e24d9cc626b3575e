#!/usr/bin/env bash
# Renews the lock files, all from one resolution: what is tested here is what is deployed.
#   run.txt                           what running needs, for `make demo`, in .venv
#   lock.txt                          that and what tests and linters need, in .venv
#   browser.txt                       what drives a browser, in .venv
#   sam.txt, checkov.txt, site.txt    tools with pins of their own, each in an environment of its own
#   emulator.txt                      the emulator of AWS, for `make test-deploy`: Python 3.12
#   convert.txt                       torch and transformers, for `make model`: 5.7 GB
#   ../functions/requirements.txt     the image of Split, DetectLanguage and Transcribe
#   ../layers/core/requirements.txt   the layer of Merge and Notify
set -euo pipefail
cd "$(dirname "$0")/.."
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
"${PYTHON:-python3}" -m venv "$tools"
"$tools/bin/python" -m pip install -qq --disable-pip-version-check uv
compile() { "$tools/bin/uv" pip compile --quiet --upgrade --generate-hashes --no-annotate --strip-extras --custom-compile-command "make lock" "$@"; }
compile --universal --python-version 3.11 --extra dev --extra build pyproject.toml -o requirements/lock.txt
compile --universal --python-version 3.11 --extra build -c requirements/lock.txt pyproject.toml -o requirements/run.txt
compile --universal --python-version 3.11 requirements/sam.in -o requirements/sam.txt
compile --universal --python-version 3.11 requirements/checkov.in -o requirements/checkov.txt
compile --universal --python-version 3.12 requirements/emulator.in -o requirements/emulator.txt
compile --universal --python-version 3.11 -c requirements/lock.txt requirements/convert.in -o requirements/convert.txt
compile --universal --python-version 3.11 requirements/site.in -o requirements/site.txt
compile --universal --python-version 3.11 -c requirements/lock.txt requirements/browser.in -o requirements/browser.txt
compile --python-version 3.13 --python-platform x86_64-manylinux_2_28 -c requirements/lock.txt requirements/image.in -o functions/requirements.txt
compile --python-version 3.13 --python-platform x86_64-manylinux_2_28 -c requirements/lock.txt requirements/layer.in -o layers/core/requirements.txt
