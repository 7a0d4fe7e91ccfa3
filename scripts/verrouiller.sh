#!/usr/bin/env bash
# Recalcule les listes épinglées à partir de pyproject.toml (valables de Python 3.11 à 3.13) et de package.json.
set -eu
cd "$(dirname "$0")/.."
options=(--universal --no-emit-index-url --no-annotate --no-header --python-version 3.11 --quiet)
uv pip compile "${options[@]}" pyproject.toml -o requirements.txt
uv pip compile "${options[@]}" --group frontal pyproject.toml -o requirements-frontal.txt
uv pip compile "${options[@]}" --group dev pyproject.toml -o requirements-dev.txt
npm install --package-lock-only --ignore-scripts
