# Everything a newcomer or CI needs. `make demo` and `make test` set up what they use.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q

.PHONY: demo test lint types layers build check clean

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) install -c constraints.txt pip setuptools
	$(PIP) install -c constraints.txt -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.installed
	$(PIP) install -c constraints.txt --group dev
	@touch $@

# A real run on the embedded model: downloads it once (1.2 GB), then makes two dialogues.
demo: $(VENV)/.installed
	$(BIN)/trialogue models pull qwen2.5-coder-1.5b use-multilingual
	$(BIN)/trialogue synthesize "business travel reimbursement" -n 2 --out runs/demo

test: $(VENV)/.dev
	$(BIN)/python -m pytest -q -n 2

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

layers: $(VENV)/.dev
	$(BIN)/lint-imports

# Wheel and sdist are built and the wheel is installed elsewhere and asked to draw a graph.
build: $(VENV)/.dev
	rm -rf dist
	$(BIN)/python -m build -q
	$(BIN)/python tests/support/check_wheel.py dist

check: test lint types layers build

clean:
	rm -rf $(VENV) build dist *.egg-info
