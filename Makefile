# Symbolon. `make` alone lists what there is. Needs make and Python 3.11+, nothing else.

VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
# The folder of the open sets that `make bench-quality` measures; they are not part of the repository.
DATA ?=
# Tests side by side: many wait for processes, so twice as many as two cores.
JOBS ?= 4
# Where the virtual environment may come from, best known first; `make PYTHON=/path/to/python3.12 setup` overrides.
PYTHON ?=
PYTHONS := $(PYTHON) python3.11 python3.12 python3.13 python3.14 python3 python
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# The product starts in many processes: what one of them compiled, the next one finds.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help: ## List these commands
	@awk -F ':.*## ' '/^[a-z%-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: $(VENV)/exercise.stamp ## Run an exercise federation: ARGS="--once --json" checks itself and stops
	@$(BIN)/symbolon exercise run $(ARGS)

.PHONY: test
test: lint types contracts ## Lint, types, import contracts and every test (what CI runs): ARGS="-k name" picks some
	$(BIN)/pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

.PHONY: test-whole
test-whole: ## Every test, and all of what `make test` samples: three times the examples, walks in everybody's name
	TESTS=whole $(MAKE) test JOBS="$(JOBS)" ARGS="$(ARGS)"

.PHONY: setup
setup: $(VENV)/dev.stamp ## Make the virtual environment with everything that tests need

.PHONY: lint
lint: setup ## Style: ruff's rules and its formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

.PHONY: types
types: setup ## Types: mypy, strict
	$(BIN)/mypy

.PHONY: contracts
contracts: setup ## Which room may import which
	$(BIN)/lint-imports

.PHONY: format
format: setup ## Put the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench-%: setup ## Measure: bench-kernel, bench-encode, bench-wire, bench-latency, bench-longpoll, bench-trust, bench-epoch_change; ARGS="--help" says how
	PYTHONPATH=. $(BIN)/python benchmarks/$*.py $(ARGS)

STEPS ?= 1000000
.PHONY: walks
walks: setup ## Walk two nodes and a hub at random through the life cycle: STEPS=1000000; ARGS="--seed 7" begins there
	PYTHONPATH=. $(BIN)/python -m tests.simulators.walk_exchange --steps $(STEPS) $(ARGS)

MINUTES ?= 10
.PHONY: fuzz
fuzz: setup ## Try every decoder on malformed input, guided by coverage: MINUTES=10; ARGS="--groups forms import" picks some
	$(BIN)/python tests/fuzz/coverage_guided.py --seconds $$(($(MINUTES) * 60)) $(ARGS)

.PHONY: schemathesis
schemathesis: setup ## Ask the hub's API and a node's desk for everything that they describe, right and wrong: MINUTES=10
	FUZZ_SECONDS=$$(($(MINUTES) * 20)) $(BIN)/pytest --timeout 0 tests/integration/hub/test_described_api.py \
	  tests/integration/node/test_described_desk.py $(ARGS)

.PHONY: bench-quality
bench-quality: $(VENV)/peers.stamp ## Matching beside its peers on the open sets: make bench-quality DATA=/path/to/the/sets
	DATA="$(DATA)" $(BIN)/python benchmarks/quality.py $(ARGS)

.PHONY: bench-load
bench-load: setup ## False alerts and recall against a million people: ARGS="--population 100000 --queries 1000"
	$(BIN)/python benchmarks/load.py $(ARGS)

.PHONY: bench-blind
bench-blind: setup ## Blind comparison by three processes over TLS, every bit checked: ARGS="--link wan --carry tree"
	PYTHONPATH=. $(BIN)/python benchmarks/blind.py $(ARGS)

.PHONY: bench-blind_pipeline
bench-blind_pipeline: setup ## From submissions to alerts with three operators: ARGS="--records 2000 --profile"
	PYTHONPATH=. $(BIN)/python benchmarks/blind_pipeline.py $(ARGS)

bench-encode bench-kernel: $(VENV)/peers.stamp

# Without what they ask for: clkhash wants an old cryptography, which the product may not use.
$(VENV)/peers.stamp: $(VENV)/dev.stamp requirements/bench.txt
	@$(PIP_INSTALL) --no-deps --require-hashes -r requirements/bench.txt >&2
	@touch $@

.PHONY: compose-env
compose-env: $(VENV)/pyvenv.cfg ## Print fresh secrets for docker compose: make compose-env > .env
	@$(BIN)/python -c 'import secrets; [print(name + "=" + secrets.token_urlsafe(24)) for name in "HUB_DATABASE_PASSWORD OPERATOR0_DATABASE_PASSWORD OPERATOR1_DATABASE_PASSWORD OPERATOR2_DATABASE_PASSWORD XA_DATABASE_PASSWORD XB_DATABASE_PASSWORD XC_DATABASE_PASSWORD BROKER_PASSWORD DESK_PASSWORD".split()]'

COMPILE := build/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header
.PHONY: requirements
requirements: $(VENV)/pyvenv.cfg ## Pin anew, with hashes, what pyproject.toml asks for: ARGS=--upgrade takes newer versions
	@test -x build/uv/bin/uv || { $(BIN)/python -m venv build/uv && build/uv/bin/python -m pip install --quiet uv; }
	$(COMPILE) $(ARGS) pyproject.toml requirements/build.in --extra dev -o requirements/dev.txt
	$(COMPILE) $(ARGS) pyproject.toml requirements/build.in --extra exercise -c requirements/dev.txt -o requirements/exercise.txt
	$(COMPILE) $(ARGS) pyproject.toml --extra hub -c requirements/dev.txt -o requirements/hub.txt
	$(COMPILE) $(ARGS) pyproject.toml -c requirements/dev.txt -o requirements/node.txt
	$(COMPILE) $(ARGS) pyproject.toml --extra evaluate -c requirements/dev.txt -o requirements/evaluate.txt
	$(COMPILE) $(ARGS) --no-deps requirements/bench.in -c requirements/dev.txt -o requirements/bench.txt
	$(COMPILE) $(ARGS) requirements/build.in -c requirements/dev.txt -o requirements/build.txt

.PHONY: clean
clean: ## Remove the virtual environment, caches and build products
	rm -rf $(VENV) build dist src/*.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/pyvenv.cfg:
	@for python in $(PYTHONS); do \
	  if "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "Setting up $(VENV) with $$("$$python" --version) …" >&2; exec "$$python" -m venv $(VENV); \
	  fi; \
	done; \
	echo "No Python 3.11 or newer with its venv module was found. Install one (on Debian: apt-get install python3 python3-venv)," \
	  "or name one: make PYTHON=/path/to/python3.11 setup" >&2; exit 1

# Stamps: pip runs again only when the pinned requirements or the project's own declaration change.
$(VENV)/exercise.stamp: $(VENV)/pyvenv.cfg requirements/exercise.txt pyproject.toml
	@echo "Installing the pinned packages (once) …" >&2
	@$(PIP_INSTALL) --require-hashes -r requirements/exercise.txt >&2
	@$(PIP_INSTALL) --no-deps --no-build-isolation --editable . >&2
	@touch $@

$(VENV)/dev.stamp: $(VENV)/pyvenv.cfg requirements/dev.txt requirements/exercise.txt pyproject.toml
	@echo "Installing the pinned packages, with those that tests need (once) …" >&2
	@$(PIP_INSTALL) --require-hashes -r requirements/dev.txt >&2
	@$(PIP_INSTALL) --no-deps --no-build-isolation --editable . >&2
	@touch $(VENV)/exercise.stamp $@
