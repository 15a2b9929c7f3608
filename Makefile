# Works on a bare machine with Python 3.11 or newer; everything lands in .venv.
PY ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv pip
export UV_PYTHON_DOWNLOADS = never
# Two test processes on two cores: a BLAS that takes both for each makes them wait for one another.
test test-full: export OPENBLAS_NUM_THREADS = 1

.PHONY: demo test test-full check serve notebooks docs pictures messages audit licences lock clean

demo: $(VENV)/.ok ## environment, the seven goals, the real region and an invented one; make demo PORT=8080
	@$(BIN)/instroom demo --port $(PORT)

test: check ## all checks and tests that need only Python
	@$(BIN)/python -m pytest -n 2 --dist worksteal -m "not (browser or postgres or slow)"

test-full: ## the same plus browser, PostgreSQL and Spark; installs what they need
	@scripts/install_test_tools
	@$(MAKE) --no-print-directory $(VENV)/.full
	@INSTROOM_TEST_FULL=1 $(BIN)/python -m pytest -n 2 --dist worksteal -m "(browser or postgres or slow) and not spark"
	@INSTROOM_TEST_FULL=1 $(BIN)/python -m pytest -m spark tests/spark

check: $(VENV)/.dev ## style, types, architecture
	@scripts/check

serve: $(VENV)/.ok ## the pages of the data directory
	@$(BIN)/instroom serve --port $(PORT)

notebooks: $(VENV)/.dev ## the tutorials that are notebooks, in the browser
	@$(BIN)/marimo edit docs/tutorials

docs: $(VENV)/.ok ## the generated reference pages and GLOSSARY.md
	@$(BIN)/python scripts/make_docs.py

pictures: $(VENV)/.full ## the pictures of the handbook, with Chromium
	@INSTROOM_TEST_FULL=1 INSTROOM_PICTURES=write $(BIN)/python -m pytest -q tests/browser/test_handbook_pictures.py

messages: $(VENV)/.dev ## collect texts into the .po files
	@$(BIN)/python scripts/messages.py

audit: $(VENV)/.dev ## known advisories of all installed packages; needs the network
	@$(BIN)/python scripts/audit.py

licences: $(VENV)/.full ## the page of the licences of all locked packages
	@$(BIN)/python scripts/licences.py

lock: $(VENV)/.uv ## make all lock files anew (no host names inside)
	@$(UV) compile -q --universal --generate-hashes --no-header --python-version 3.11 --extra web --extra build -o requirements.lock pyproject.toml
	@$(UV) compile -q --universal --generate-hashes --no-header --python-version 3.11 --extra web --extra build --extra dev -o requirements-dev.lock pyproject.toml
	@$(UV) compile -q --universal --generate-hashes --no-header --python-version 3.11 --extra web --extra build --extra dev --extra spark -o requirements-full.lock pyproject.toml

$(VENV)/.uv:
	@$(PY) -m venv $(VENV)
	@$(BIN)/pip install -q --disable-pip-version-check uv==0.13.9
	@touch $@

$(VENV)/.ok: $(VENV)/.uv requirements.lock pyproject.toml
	@$(UV) install -q --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock
	@$(UV) install -q --compile-bytecode --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.ok requirements-dev.lock
	@$(UV) install -q --compile-bytecode --python $(BIN)/python --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/.full: $(VENV)/.dev requirements-full.lock
	@$(UV) install -q --compile-bytecode --python $(BIN)/python --require-hashes -r requirements-full.lock
	@touch $@

drill-%: $(VENV)/.dev ## one drill in full, such as make drill-kills; see drills/README.md
	@$(BIN)/python drills/$*.py --full

clean: ## remove the environment and the example data
	@rm -rf $(VENV) instroom-data instroom-data-voorbeeld
