# `make bench` measures, `make test` tests; both set everything up first and
# re-install nothing that is up to date.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# Tests of one file mostly share what is costly to start, so they stay together until a worker idles.
PARALLEL := --numprocesses auto --maxprocesses 4 --dist worksteal
# A language's own tools, wherever its runner has them from.
IN := $(BIN)/pgbench-drivers exec
LOCK := $(BIN)/uv pip compile --universal --python-version 3.10 --generate-hashes \
        --no-annotate --no-header --quiet

.DEFAULT_GOAL := help
.PHONY: help bench report doctor setup test docs lint format lock schema clean

help: ## this text
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  ARGS='…' hands options on, for example: make bench ARGS=\"-d asyncpg -d pgx --rounds 3\""

bench: $(VENV)/.bench ## measure all drivers and write the report; QUICK=1 for short windows
	$(BIN)/pgbench-drivers run $(if $(QUICK),--quick) $(ARGS)

doctor: $(VENV)/.bench ## what this machine can run, and what is missing
	$(BIN)/pgbench-drivers doctor

setup: $(VENV)/.bench ## install everything that `make bench` needs
	$(BIN)/pgbench-drivers setup

test: $(VENV)/.dev ## run all tests
	$(BIN)/pgbench-drivers setup
	sh tests/report/install-chromium.sh
	sh pgstride/tests/install-pgbouncer.sh
	$(IN) -e pgstride-tests python sh ../../pgstride/tests/install-kerberos.sh
	$(BIN)/python -m pytest $(PARALLEL) $(ARGS)
	$(IN) go go test ./...
	$(IN) node npm test
	$(IN) --optional rust cargo test --release --locked --quiet
	$(IN) --optional java mvn -q test
	$(IN) -e pgstride-tests python python -m pytest --quiet $(PARALLEL) ../../pgstride
	$(IN) -e pgstride-debug python python -m pytest --quiet $(PARALLEL) ../../pgstride/tests/core
	$(MAKE) docs

docs: $(VENV)/.bench ## build pgstride's documentation into pgstride/build/site
	$(IN) -e pgstride-docs python env NO_MKDOCS_2_WARNING=1 python -m mkdocs build --strict --quiet --config-file ../../pgstride/mkdocs.yml

lint: $(VENV)/.dev ## formatters, linters, type checkers, import rules of every language
	$(BIN)/pgbench-drivers setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	cd drivers/python && ../../$(BIN)/mypy --python-executable .venvs/default/bin/python
	cd pgstride && ../$(BIN)/mypy && ../$(BIN)/mypy benchmarks tools
	cd pgstride && PATH="$(abspath $(BIN)):$$PATH" cython-lint src
	$(BIN)/lint-imports
	unformatted="$$($(IN) go gofmt -l .)" && test -z "$$unformatted" || \
	  { echo "gofmt would change $$unformatted: make format"; exit 1; }
	$(IN) go go vet ./...
	$(IN) go go tool -modfile=tools/go.mod staticcheck ./...
	$(IN) go go tool -modfile=tools/go.mod actionlint -shellcheck= -pyflakes= $(abspath $(wildcard .github/workflows/*.yml))
	$(IN) node npm run lint
	$(IN) --optional rust cargo fmt --check
	$(IN) --optional rust cargo clippy --release --locked --all-targets --quiet -- -D warnings
	$(IN) --optional java mvn -q spotless:check test-compile -Dtarget=target/lint -Dmaven.compiler.failOnWarning=true

format: $(VENV)/.dev ## format the code
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .
	$(IN) go gofmt -w .
	$(IN) --optional rust cargo fmt
	$(IN) --optional java mvn -q spotless:apply

schema: $(VENV)/.dev ## renew the JSON Schemas from the classes
	$(BIN)/python -m pgbench_drivers.contract.schema

lock: $(VENV)/.dev ## renew all Python lock files
	$(LOCK) pyproject.toml -o requirements/bench.lock
	$(LOCK) --extra dev pyproject.toml -c requirements/bench.lock -o requirements/dev.lock
	for file in drivers/python/environments/*.in drivers/*/toolchain.in pgstride/tests/*.in; do \
	  $(LOCK) $$file -o $${file%.in}.lock; done

clean: ## remove everything that was installed or built
	rm -rf $(VENV) .toolchains drivers/python/.venvs drivers/node/node_modules drivers/bun/node_modules drivers/go/bin drivers/rust/target drivers/java/target

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
	  { echo "Python 3.10 or later is needed; name one with PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "Python's venv module is incomplete: on Debian and Ubuntu, install python3-venv" >&2; exit 1; }

$(VENV)/.bench: requirements/bench.lock pyproject.toml | $(VENV)/bin/python
	@echo "installing the toolbench into $(VENV)/ (once; some minutes)"
	@$(PIP) install --require-hashes --no-deps -r requirements/bench.lock
	@$(PIP) install --no-deps --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.lock $(VENV)/.bench
	@echo "installing the development tools into $(VENV)/"
	@$(PIP) install --require-hashes --no-deps -r requirements/dev.lock
	@touch $@
