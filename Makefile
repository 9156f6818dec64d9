# On a fresh machine with Python 3.11, make and git, every target sets up what it needs.
PYTHON ?= python3
BIN := .venv/bin

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.venv/run: requirements.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.txt
	touch $@

.venv/dev: requirements-dev.txt .venv/run
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.txt
	touch $@

locale/%/LC_MESSAGES/django.mo: locale/%/LC_MESSAGES/django.po .venv/run
	$(BIN)/pybabel --quiet compile -i $< -o $@ -l $*

MESSAGES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/django.po))

setup: .venv/run $(MESSAGES) ## Install what running needs
setup-dev: .venv/dev $(MESSAGES) ## Install what testing needs too

run: setup ## Set all up, load the demo, serve on 127.0.0.1:8000 (PORT changes it)
	@$(BIN)/python -m config.run

test: setup-dev ## Pass all tests
	$(BIN)/pytest -n auto --dist loadgroup

check: setup-dev format-check lint types contracts migrations translations deploy-check test ## What CI runs

format: setup-dev ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/djlint --reformat --quiet templates || true

format-check: setup-dev
	$(BIN)/ruff format --check .

lint: setup-dev ## Look for mistakes in code and templates
	$(BIN)/ruff check .
	$(BIN)/djlint --lint --quiet templates

types: setup-dev ## Check types
	$(BIN)/mypy .

contracts: setup-dev ## Check who imports whom
	$(BIN)/lint-imports --no-cache

migrations: setup-dev ## Check that no migration is missing
	$(BIN)/python manage.py makemigrations --check --dry-run

translations: setup-dev ## Check that the Chinese translation is complete
	$(BIN)/python -m tests.translations

deploy-check: setup-dev
	HTTPS=1 $(BIN)/python manage.py check --deploy --fail-level WARNING

bench: setup-dev ## Run the benchmarks, one JSON line each
	$(BIN)/python -m benchmarks

seed: setup ## Load the demo
	$(BIN)/python manage.py seed_demo

screenshots: setup-dev ## Play the loop in a browser, keep its pictures for the README
	SCREENSHOTS=docs/screenshots BROWSER_TESTS=1 $(BIN)/pytest tests/browser/test_loop.py

messages: setup-dev ## Bring the translation files up to date (needs gettext)
	$(BIN)/python manage.py makemessages -l zh_Hans --no-location --no-wrap --no-obsolete --ignore=.venv --ignore=tests --ignore=benchmarks

.PHONY: help setup setup-dev run test check format format-check lint types contracts migrations translations deploy-check bench seed screenshots messages
