# Everything works from a bare clone with Python 3.11+ and make; all targets share one .venv, rebuilt when constraints.txt changes.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
WORKERS ?= 2
# The vendors' own API descriptions and the retail data are not in this repository; tests that use them are skipped, visibly, without it.
export FRANCA_SHARED ?=

# Random fault schedules per ESP; `make faults N=1000` runs those that build/faults does not know yet.
N ?= 1000

.PHONY: demo demo-copy test check slow bench faults clean format

demo: $(STAMP)
	$(BIN)/franca demo

demo-copy: $(STAMP)
	$(BIN)/franca demo --copy --folder franca-demo-copy

test: $(STAMP)
	$(BIN)/pytest -q -n $(WORKERS) -m "not slow"

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tests/budgets.py
	$(BIN)/python docs/generate.py --check
	$(BIN)/python docs/nodes.py --check
	$(BIN)/python tests/wheel.py

slow: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[engines,fuzz,foreign]"
	$(BIN)/pytest -q -n $(WORKERS) -m slow

bench: $(STAMP)
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/overlap.py
	$(BIN)/python benchmarks/calls.py

faults: $(STAMP)
	PYTHONPATH=tests $(BIN)/python -m faults.many --schedules $(N)

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(STAMP): pyproject.toml constraints.txt
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[all,dev]"
	touch $@

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
