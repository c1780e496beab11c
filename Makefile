# make demo    set up, code an example note and print suggestions, gaps and a query
# make test    set up, run everything that CI runs
# make lint types unit sources   the parts of it, in that order
# make write-sources   note the sha256 of data tables that were changed on purpose
# make lock    resolve requirements.lock again (Python 3.11, 3.12 and 3.13 on the path)
# make models  fit the models again; GOLD names the folder of labelled notes

# The first of these that is new enough; make PYTHON=/path/to/python chooses another.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PIP := $(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check

.DEFAULT_GOAL := demo
.PHONY: setup demo test lint types unit sources write-sources lock models clean

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "no Python 3.11, 3.12 or 3.13 was found; run make PYTHON=/path/to/python3.12" >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(PIP) --requirement requirements.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	touch $(STAMP)

demo: setup
	$(BIN)/codeassist code examples/clinic_visit.txt

test: lint types sources unit

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

# The sha256 in data/*/*/SOURCE.toml are those of the tables.
sources: setup
	$(BIN)/python data/write_sources.py --check

# After a reviewed change of a table: writes those sha256 again.
write-sources: setup
	$(BIN)/python data/write_sources.py

# With an empty cache of their own, so that compiling an edition is tested and measured every time.
unit: setup
	rm -rf build/test-cache
	CODEASSIST_CACHE=$(CURDIR)/build/test-cache $(BIN)/pytest --cov --cov-report=term

lock:
	$(PYTHON) .ci/lock.py

models: setup
	@test -d "$(GOLD)" || { echo "run make models GOLD=/path/to/gold" >&2; exit 1; }
	# In this order: the ranking is fitted over the embedding.
	PYTHONPATH=models $(BIN)/python models/term_embedding/train.py --gold $(GOLD)
	PYTHONPATH=models $(BIN)/python models/search_ranking/train.py --gold $(GOLD)
	$(BIN)/python models/reportability/train.py --gold $(GOLD)

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
