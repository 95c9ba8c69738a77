# Thin on purpose: each target is the command that a reader would type.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help train quick test test-whole test-kills test-mutants test-page chromium
EVERY ?= 20
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /  make \1\t/' | expand -t 22

train: $(VENV)/installed ## train the book's network, 784-30-10, on MNIST
	$(BIN)/python -m jaxce train --hidden 30 --cost cross_entropy --output sigmoid --learning-rate 0.5 \
	    --epochs 30 --batch-size 10 --seed 0

quick: $(VENV)/installed-development ## test the library alone, without other processes or every type and size
	$(BIN)/pytest tests/jaxce jaxce -m "not process and not thorough" --numprocesses 2 --dist worksteal

test: $(VENV)/installed-development ## lint, check types, run every test; of long lists, a part
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/pyrefly check --python-interpreter-path $(BIN)/python
	$(BIN)/pytest -m "not whole" --numprocesses 2 --dist worksteal

test-whole: $(VENV)/installed-development ## the rest of the long lists, such as the claims that are certified
	$(BIN)/pytest -m whole --numprocesses 2 --dist worksteal

test-kills: $(VENV)/installed-development ## kill a training 50 times, mostly while it is saved, and compare its bits
	KILLS=50 $(BIN)/pytest tests/jaxce/test_checkpoints.py -k killed

test-mutants: $(VENV)/installed-development ## change one in 20 operations in turn, and see each noticed; EVERY=1: all, in hours
	$(BIN)/python -m derivations mutants --every $(EVERY)

test-page: chromium $(VENV)/installed-page ## play with docs/chapter3.html in Debian's chromium; SCREENSHOTS=FOLDER: pictures
	AXE=$(VENV)/axe/package/axe.min.js $(BIN)/pytest tests/derivations/page/in_a_browser.py

chromium:
	@command -v chromium > /dev/null || { echo "test-page needs a browser: apt-get install chromium"; exit 2; }

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/installed-development: $(VENV)/installed
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[development]'
	touch $@

# The browser is Debian's; axe-core, which looks for what people with disabilities stumble over, is npm's.
$(VENV)/installed-page: $(VENV)/installed-development
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[page]'
	mkdir -p $(VENV)/axe
	cd $(VENV)/axe && npm pack --silent axe-core@4.14 > name && tar -xzf "$$(cat name)"
	touch $@
