# Two commands do all the set-up: `make tune` and `make test`. `make install` is what they share.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
DOCS_STAMP := $(VENV)/.installed-docs
PIP_OPTIONS ?= --quiet
INSTALL := $(BIN)/python -m pip install $(PIP_OPTIONS) --constraint constraints.txt --editable
# A worker takes over half of what another has left: tests of one module share what they set up.
PYTEST := $(BIN)/python -m pytest -n auto --dist worksteal $(PYTEST_OPTIONS)

.DEFAULT_GOAL := help
.PHONY: help install install-dev install-all tune ui test test-exhaustive test-all test-jax first-day tutorial check lint types contracts format documents docs clean image secrets up passwords scale submit logs rehearsal down

help:  ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "%-12s %s\n", $$1, $$2}'

install: $(STAMP)  ## create .venv and install the program

install-dev: $(DEV_STAMP)  ## the same with the tools for development

install-all: $(BIN)/python  ## all at once: what builds the documentation, and what tests skip without
	$(INSTALL) '.[dev,docs,gp,boosting]'
	@touch $(STAMP) $(DEV_STAMP) $(DOCS_STAMP)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { \
	  echo "Python 3.11, 3.12 or 3.13 is needed; '$(PYTHON)' is $$($(PYTHON) -V). Name another one: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

$(STAMP): $(BIN)/python pyproject.toml constraints.txt
	$(INSTALL) .
	@touch $@

$(DEV_STAMP): $(BIN)/python pyproject.toml constraints.txt
	$(INSTALL) '.[dev]'
	@touch $(STAMP) $@

$(DOCS_STAMP): $(DEV_STAMP)
	$(INSTALL) '.[docs]'
	@touch $@

tune: install  ## the main job: search the hyperparameters of a CNN on handwritten digits
	$(BIN)/cookbook tune digits-cnn --trials 24

ui: install  ## open the MLflow UI on the runs of this folder
	$(BIN)/cookbook ui

TESTS ?= not slow and not data and not exhaustive

test: install-dev  ## the fast tests, doctests included; TESTS="not slow" are more
	$(PYTEST) -m "$(TESTS)"

test-exhaustive: install-dev  ## whole tables and whole trainings, which take as long again
	$(PYTEST) -m "exhaustive and not slow and not data"

test-all: install-dev  ## every test; those on real data need COOKBOOK_DATA
	$(PYTEST)

test-jax: install-dev  ## what must also hold on JAX
	KERAS_BACKEND=jax $(PYTEST) tests/cookbook -m "backend and turn and not slow and not exhaustive"

DAY ?= --long

first-day: install-dev  ## walk the first day of a user in an empty folder, with every step
	$(BIN)/python -m tests.first_day $(DAY)

tutorial: install-dev  ## run the tutorial from an empty folder and keep its outputs
	$(BIN)/python -m tests.notebooks --write

check: lint types contracts  ## format, lint, types and import contracts

lint: install-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: install-dev
	$(BIN)/mypy

contracts: install-dev
	$(BIN)/lint-imports

format: install-dev  ## apply the formatter and safe fixes
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

documents: install-dev  ## write measured figures and tables into documents and docstrings
	$(BIN)/python -m benchmarks.document

docs: $(DOCS_STAMP)  ## build the documentation into build/site; a broken link fails
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build

image:  ## build the container image
	docker build --file docker/Dockerfile --tag keras-cookbook \
	  --build-arg ACCELERATOR=$(ACCELERATOR) \
	  --build-arg REVISION=$$(git rev-parse --short HEAD 2>/dev/null || echo unknown) .

COMPOSE ?= $(shell docker compose version >/dev/null 2>&1 && echo docker compose || echo docker-compose)
N ?= 1
ACCELERATOR ?= cpu

secrets:  ## write the service's secrets into secrets/, each once
	sh docker/make-secrets.sh secrets

up:  ## start the tuning service: PostgreSQL, MLflow, one worker
	@test -s secrets/studies_url || { echo "The service's secrets are missing: run \`make secrets\` once."; exit 1; }
	@$(COMPOSE) up --detach postgres mlflow worker || { \
	  $(COMPOSE) logs --tail 20 postgres mlflow; \
	  echo "The service did not start: the last lines of its servers are above. \`password authentication failed\` means that secrets/ was made anew while the databases in their volume know the old ones: \`make passwords\` tells them the new ones."; exit 1; }

passwords:  ## tell the databases and MLflow the passwords in secrets/: after a loss or a leak
	@for name in postgres studies mlflow; do \
	  echo "ALTER ROLE $$name PASSWORD '$$(cat secrets/$${name}_password)'" | \
	    $(COMPOSE) exec -T postgres psql --quiet --username=postgres || exit 1; done
	$(COMPOSE) up --detach --force-recreate mlflow worker

scale:  ## make scale N=4: that many worker containers
	$(COMPOSE) up --detach --no-recreate --scale worker=$(N) worker

submit:  ## make submit JOB=jobs/digits.yaml: hand a job to the service
	@test -n "$(JOB)" || { echo "Which job? make submit JOB=jobs/digits.yaml"; exit 1; }
	@test -f "$(JOB)" || { echo "No such job: '$(JOB)'. make submit JOB=jobs/digits.yaml"; exit 1; }
	COOKBOOK_JOBS_DIR="$(abspath $(dir $(JOB)))" $(COMPOSE) run --rm cookbook submit "/jobs/$(notdir $(JOB))"

logs:  ## follow what the workers say
	$(COMPOSE) logs --follow worker

rehearsal:  ## try the service in containers: two jobs, two workers, one of them killed
	$(BIN)/python tests/deploy/rehearsal.py

down:  ## stop the service; studies, runs and models stay in their volumes
	$(COMPOSE) down

clean:  ## remove the environment and caches; the stores in mlruns/ stay
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
