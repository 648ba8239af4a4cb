# make test and make demo need only Python 3.11 or newer. Everything that they create is in .work.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# The first Python that is new enough and can create a virtual environment.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 \
	&& echo "$$python" && break; done)

WORK := $(CURDIR)/.work
BIN := $(WORK)/venv/bin
COLLECTIONS := $(WORK)/collections
REQUIREMENTS := requirements.txt tests/requirements.txt
PARTS := sanity lint unit integration molecule

# -B and the cache_dir keep files of tests out of the tree. Plugins are named, because pytest rewrites every file of a
# package whose plugin it finds by itself: in each process, all of hypothesis.
PYTEST := PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 "$(BIN)/python" -B -m pytest -p xdist -p hypothesispytest -q -o cache_dir="$(WORK)/cache/pytest"

# For targets that run against the installed collection.
INSTALLED := ANSIBLE_COLLECTIONS_PATH="$(COLLECTIONS)" ANSIBLE_HOME="$(WORK)/cache/ansible" PATH="$(BIN):$$PATH"

# The demo runs on localhost, which needs no inventory.
QUIET_INVENTORY := ANSIBLE_LOCALHOST_WARNING=false ANSIBLE_INVENTORY_UNPARSED_WARNING=false

.PHONY: help venv install demo test $(PARTS) generate bench docs galaxy matrix changelog release-check clean

help:
	@echo "make demo    install the collection, run the demo against the sandbox (DEMO_ARGS: options of ansible-playbook)"
	@echo "make test    all of: $(PARTS); each is a target too"
	@echo "make bench   print the benchmark table, in about seven minutes"
	@echo "make docs    check the documentation, and build the reference site in .work/docs"
	@echo "make galaxy  build the artifact in .work/galaxy, and check it with Galaxy's importer"
	@echo "make matrix  run the tests with every supported ansible-core and Python that is installed (MATRIX, MATRIX_PARTS, MATRIX_JOBS)"
	@echo "make clean   remove .work"

venv: $(WORK)/venv/.done

$(WORK)/venv/.done: $(REQUIREMENTS)
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer with venv was found. Set PYTHON to its path." >&2; exit 1; }
	@echo "Creating the virtual environment in $(WORK:$(CURDIR)/%=%)/venv"
	@rm -rf "$(WORK)/venv"
	@"$(PYTHON)" -m venv "$(WORK)/venv"
	@"$(BIN)/python" -m pip install -qq --disable-pip-version-check $(REQUIREMENTS:%=-r %)
	@touch $@

# Tools that need other versions of libraries than the tests.
$(WORK)/%-venv/.done: tests/%-requirements.txt
	@echo "Creating the virtual environment in .work/$*-venv"
	@rm -rf "$(@D)"
	@"$(PYTHON)" -m venv "$(@D)"
	@"$(@D)/bin/python" -m pip install -qq --disable-pip-version-check -r $<
	@touch $@

install: venv
	@tests/tools/install.sh "$(BIN)/python" "$(COLLECTIONS)"

demo: install
	@$(INSTALLED) $(QUIET_INVENTORY) ANSIBLE_DISPLAY_SKIPPED_HOSTS=false ansible-playbook datascan.gate.demo $(DEMO_ARGS)

test:
	@MAKE="$(MAKE)" tests/tools/parts.sh "integration sanity unit molecule lint"

sanity: venv
	@tests/tools/sanity.sh "$(BIN)/python"

lint: venv
	@tests/tools/lint.sh "$(BIN)/python"

unit: venv
	@$(PYTEST) -n auto --dist worksteal tests/unit

# More processes than two processors have, because a playbook also waits. conftest.py puts the longest files first.
integration: install
	@$(INSTALLED) $(PYTEST) -n 4 --dist loadfile --no-loadscope-reorder tests/integration

molecule: install
	@tests/tools/molecule.sh "$(BIN)/python" "$(COLLECTIONS)"

# Files and tables that are derived from the registry of vendors. A test fails if they are out of date.
generate: venv
	@"$(BIN)/python" -B tests/tools/generate.py

# The table is in docs/performance.md.
bench: install
	@$(INSTALLED) "$(BIN)/python" -B tests/benchmarks

docs: $(WORK)/docs-venv/.done
	@tests/tools/docs.sh "$(WORK)/docs-venv/bin/python" "$(WORK)/docs"

galaxy: $(WORK)/galaxy-venv/.done
	@tests/tools/galaxy.sh "$(WORK)/galaxy-venv/bin/python" "$(WORK)/galaxy"

# Each combination has a virtual environment of its own in .work/matrix.
matrix:
	@MAKE="$(MAKE)" "$(PYTHON)" -B tests/tools/matrix.py "$(WORK)/matrix"

# Turns the changelog fragments into the changelog of the version in galaxy.yml; see docs/releasing.md.
changelog: venv
	@ANSIBLE_HOME="$(WORK)/cache/ansible" PATH="$(BIN):$$PATH" antsibull-changelog release

release-check: venv
	@"$(BIN)/python" -B tests/tools/release_check.py

clean:
	rm -rf "$(WORK)"
