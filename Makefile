# Everything needs only Python 3.11 or newer and make: whatever else is missing is set up on the way.
# PYTHON=/path/to/python3 names the interpreter, ARGS= options of `serve`, `bench` and `quality`, PYTEST_ARGS= options of pytest.

PYTHON ?=
ARGS ?=
PYTEST_ARGS ?=
# Processes that the tests run in side by side.
PYTEST_WORKERS ?= 2
export PYTHON REQUIRE_LANES

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install -q --no-deps
INSTALLED := $(VENV)/installed

# After an upgrade of the system's Python the environment may not run any more; then it is made anew.
$(shell test -d $(INSTALLED) && ! $(BIN)/python -c '' 2>/dev/null && rm -rf $(INSTALLED))

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | while IFS='	' read -r name about; do \
		printf '  make %-8s %s\n' "$$name" "$$about"; done

.PHONY: serve
serve: $(INSTALLED)/serve ## start the server on 127.0.0.1:9000 with the samples, objects in ./data
	@sh tools/setup/lanes.sh $(BIN)/python zbar
	@exec $(BIN)/ci-emulator serve --store disk --data-dir data --seed samples-1250000000=samples/pictures $(ARGS)

.PHONY: test
test: lint docs-check lanes ## every check and every test
	@$(BIN)/python -m pytest -n $(PYTEST_WORKERS) $(PYTEST_ARGS)

.PHONY: lint
lint: $(INSTALLED)/test ## style, types and the import contract
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: format
format: $(INSTALLED)/test ## rewrite the code in the project's style
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

.PHONY: bench
bench: $(INSTALLED)/test ## measure the speed; ARGS=--smoke only shows that it runs
	@$(BIN)/python -m bench $(ARGS)

# The whole of it is what is committed; a part of it is only printed.
.PHONY: quality
quality: $(INSTALLED)/test ## measure how well codes are read, for docs/quality.md; ARGS="--scenes 60" only prints
	@sh tools/setup/lanes.sh $(BIN)/python zbar
	@$(BIN)/python -m bench.quality $(or $(ARGS),--workers --write docs/quality.md)

.PHONY: docs
docs: $(INSTALLED)/test ## write the generated pages of docs/ anew
	@set -e; for tool in tools/make_*.py; do $(BIN)/python $$tool; done

.PHONY: docs-check
docs-check: $(INSTALLED)/test
	@set -e; for tool in tools/make_*.py; do $(BIN)/python $$tool --check; done

.PHONY: lanes
lanes: $(INSTALLED)/test
	@sh tools/setup/lanes.sh $(BIN)/python

.PHONY: pins
pins: ## look for newer versions and write requirements/*.txt anew
	"$$(sh tools/setup/python.sh)" tools/setup/pin.py

.PHONY: soak
soak: $(INSTALLED)/test ## 2 000 pictures through a server; its memory and files before and after
	@PYTHONPATH=. $(BIN)/python tests/soak/qrcode_ocr.py $(ARGS)

.PHONY: clean
clean: ## remove what the other targets made, but not ./data
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage
	find ci_emulator tests tools samples bench -name __pycache__ -prune -exec rm -rf {} +

# A file for each set of requirements says that it is installed, so a second run costs nothing.
$(INSTALLED)/serve: requirements/build.txt requirements/serve.txt pyproject.toml
	@echo "Setting up $(VENV) (a minute or so, once)"
	@sh tools/setup/venv.sh $(VENV)
	@$(PIP) -r requirements/build.txt -r requirements/serve.txt
	@$(PIP) --no-build-isolation -e .
	@mkdir -p $(@D) && touch $@

$(INSTALLED)/test: $(INSTALLED)/serve requirements/test.txt
	@echo "Adding to $(VENV) what the tests need"
	@$(PIP) -r requirements/test.txt
	@mkdir -p $(@D) && touch $@
