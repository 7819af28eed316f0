# The verbs: serve · test · check · bench · soak · docs. Each sets up what it needs first.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
BIN := .venv/bin
SETUP := .venv/.installed
EDITOR := publisher/web/static/editor.bundle.js
DOCUMENTS ?= $(wildcard ../shared/documents)
FROM ?= ../shared/ontologies
TESTS ?= -n auto --maxprocesses 4

.PHONY: help serve test check bench soak docs editor imports lock clean

help: ## show the verbs
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 10

$(SETUP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Exportin needs Python 3.11 or newer; $(PYTHON) is older. Say which with: make PYTHON=python3.12 ..."; exit 2; }
	@$(PYTHON) -c 'import venv, ensurepip' || { echo "This Python has no venv: install it (Debian: apt-get install python3-venv) and try again."; exit 2; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(MAKE) --no-print-directory editor || echo "The query editor could not be built: the query page stays a plain form (make editor tries again)."
	@touch $@

serve: $(SETUP) ## build the release and serve it (PORT=9000 HOST=0.0.0.0 take others)
	@$(BIN)/exportin serve . --host $(HOST) --port $(PORT) $(if $(DOCUMENTS),--documents $(DOCUMENTS))

test: $(SETUP) ## run the tests, on up to four cores, and then those that measure time
	$(BIN)/python -m pytest -q -m "not soak and not alone" $(TESTS)
	$(BIN)/python -m pytest -q -m alone

check: $(SETUP) ## lint, types, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(SETUP) ## measure, side by side with peers
	@for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

soak: $(SETUP) ## the long tests: hundreds of kills
	$(BIN)/python -m pytest -q -m soak

docs: $(SETUP) ## check the documentation against the code
	$(BIN)/python -m pytest -q tests/docs

editor: ## build the query editor, where Node is there (without it the query page is a plain form)
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory $(EDITOR); else echo "Node is not there: the query page stays a plain form."; fi

$(EDITOR): editor/package-lock.json $(wildcard editor/*.js editor/src/*.js)
	@cd editor && npm ci --silent --ignore-scripts --no-audit --no-fund --fetch-retries=1 --fetch-timeout=20000 && npm run --silent build

imports: $(SETUP) ## cut the slices of outside ontologies again (FROM=folder of the full files)
	$(BIN)/exportin import --from $(FROM)

lock: $(SETUP) ## resolve the dependencies anew
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --no-annotate --quiet --output-file requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra spark --extra postgresql --extra mcp --constraint requirements.lock --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet --output-file requirements-extras.lock
	$(BIN)/uv pip compile tests/clients/python/requirements.in --override tests/clients/python/overrides.in --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --no-annotate --quiet --output-file tests/clients/python/requirements.lock

clean: ## remove what the verbs made, but no release
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis
