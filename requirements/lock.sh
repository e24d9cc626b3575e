#!/usr/bin/env bash
# Renews the lock files, all from one resolution: what is tested here is what is deployed.
#   run.txt                           what running needs, for `make demo`, in .venv
#   lock.txt                          that and what tests and linters need, in .venv
#   browser.txt                       what drives a browser, in .venv
#   sam.txt, checkov.txt, site.txt    tools with pins of their own, each in its own environment
#   emulator.txt                      the emulator of AWS, for `make test-deploy`: Python 3.12
#   redaction.txt                     what the option `redact` needs, in .venv beside the rest
#   convert.txt                       torch and transformers, for `make model`: 5.7 GB
#   ../functions/requirements.txt     the image of Split, DetectLanguage and Transcribe
#   ../functions/redaction.txt        the image of FindPersonalData
#   ../layers/core/requirements.txt   the layer of Merge and Notify
set -euo pipefail
cd "$(dirname "$0")/.."
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
"${PYTHON:-python3}" -m venv "$tools"
"$tools/bin/python" -m pip install -qq --disable-pip-version-check uv
compile() {
  "$tools/bin/uv" pip compile --quiet --upgrade --generate-hashes --no-annotate --strip-extras \
    --custom-compile-command "make lock" "$@"
}
anywhere() { compile --universal --python-version "$@"; }
on_lambda() {
  compile --python-version 3.13 --python-platform x86_64-manylinux_2_28 \
    "${tested[@]}" "$@"
}
tested=(-c requirements/lock.txt)
anywhere 3.11 --extra dev --extra build pyproject.toml -o requirements/lock.txt
anywhere 3.11 --extra build "${tested[@]}" pyproject.toml -o requirements/run.txt
# Presidio takes no numpy 2.5 yet
awk '/^[^ ]/ { kept = !/^numpy==/ } kept' requirements/lock.txt > "$tools/but-numpy.txt"
anywhere 3.11 -c "$tools/but-numpy.txt" requirements/redaction.in -o requirements/redaction.txt
anywhere 3.11 requirements/sam.in -o requirements/sam.txt
anywhere 3.11 requirements/checkov.in -o requirements/checkov.txt
anywhere 3.12 requirements/emulator.in -o requirements/emulator.txt
anywhere 3.11 "${tested[@]}" requirements/convert.in -o requirements/convert.txt
anywhere 3.11 requirements/site.in -o requirements/site.txt
anywhere 3.11 "${tested[@]}" requirements/browser.in -o requirements/browser.txt
on_lambda requirements/image.in -o functions/requirements.txt
on_lambda requirements/layer.in -o layers/core/requirements.txt
tested=(-c "$tools/but-numpy.txt")
on_lambda requirements/layer.in requirements/redaction.in requirements/redaction-image.in \
  -o functions/redaction.txt
