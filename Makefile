# The whole developer interface. Everything lands in .venv and in this folder, nothing elsewhere.
PYTHON ?= python3
BIN := .venv/bin
MODEL := classifier/model/carebot.skops

.PHONY: help demo test lint format train bench servers lock clean

help: ## What there is
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*## /\t/' | expand -t 12

demo: $(MODEL) ## Try everything on this machine, with no account anywhere
	$(BIN)/carebot demo $(DEMO)

test: $(MODEL) servers ## Every test; what needs a server that is missing says so
	$(BIN)/pytest -n 4 --dist worksteal $(TESTS)

lint: .venv/installed ## Types, style, floors
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/installed ## Put the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

train: .venv/installed ## Fit the model from classifier/corpus
	$(BIN)/carebot train

bench: $(MODEL) servers ## One table of ratios
	$(BIN)/python -m benchmarks

servers: ## Dovecot and Chromium for the tests, where they may be installed
	@./.ci/servers

lock: ## Take the versions of .venv as those to install
	echo "# The versions that the gate ran with. \`make lock\` writes it anew from .venv." > constraints.txt
	$(BIN)/pip freeze --disable-pip-version-check --exclude-editable >> constraints.txt

clean: ## Forget the environment and the model
	rm -rf .venv classifier/model

$(MODEL): $(wildcard classifier/*.py classifier/corpus/*.jsonl classifier/cards/* classifier/encoder/*) | .venv/installed
	$(BIN)/carebot train > /dev/null

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --upgrade pip
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt \
	    --group dev --editable .
	touch $@
