# `make` alone prints what there is. Everything installs into .venv; nothing outside the checkout
# and the user's cache folder is touched.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

help:  ## Explain the commands
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY)  ## Make .venv with every pinned dependency

$(READY): requirements/dev.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

LOCK := $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	--override requirements/overrides.txt --generate-hashes --no-emit-index-url --no-annotate --no-header

lock: $(READY)  ## Resolve the pinned requirements again
	$(LOCK) --all-extras -o requirements/dev.txt
	$(LOCK) --extra operator -c requirements/dev.txt -o requirements/operator.txt
	$(LOCK) --extra trainer -c requirements/dev.txt -o requirements/trainer.txt
	echo hatchling | $(BIN)/uv pip compile - --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --no-header -c requirements/dev.txt -o requirements/build.txt

.PHONY: help setup lock
