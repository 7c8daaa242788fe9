# Every target sets up what it needs. Overrides go through ARGS: make train ARGS="label=won model.n_folds=3"
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup demo train tune predict rescore label validate init promote rollback compare prune send profile browse history replay erase outcomes holdout schedule unschedule status ui serve test check format bench bench-quality clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
RUN := $(BIN)/python -m pipelines
ARGS ?=
DATA ?=
ACCOUNT ?=
PORT ?= 5000

help: ## print each target with one line
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' Makefile

setup: $(STAMP) ## make the environment in .venv (every target does this when it is needed)

ifneq ($(CURDIR),$(shell cat $(VENV)/.place 2>/dev/null)) # made elsewhere: an environment cannot be moved
$(STAMP): FORCE
endif
FORCE:

$(STAMP): pyproject.toml constraints.txt setup/environment
	@PYTHON="$(PYTHON)" setup/environment $(VENV) dev
	@printf '%s' "$(CURDIR)" > $(VENV)/.place
	@touch $@

demo: $(STAMP) ## train on the embedded demo data, score and profile the demo prospects, say where the results are
	@$(RUN).demo $(ARGS)
	@$(RUN).train $(ARGS)
	@$(RUN).predict $(ARGS)
	@$(RUN).browse $(ARGS)
	@$(RUN).profile $(ARGS)
	@echo "Open var/scored/demo/latest/page.html and var/profile/demo/latest/profile.html; see the runs with make ui."

train: $(STAMP) ## learn who the best customers are, and log the model to MLflow
	@$(RUN).train $(ARGS)

tune: $(STAMP) ## search the settings that do best out of fold, and write them as an experiment
	@$(RUN).tune $(ARGS)

predict: $(STAMP) ## score a list of prospects with the champion
	@$(RUN).predict $(ARGS)

rescore: $(STAMP) ## score again, keep the ledger, say which accounts moved
	@$(RUN).rescore $(ARGS)

label: $(STAMP) ## say who counts as best, without training
	@$(RUN).label $(ARGS)

validate: $(STAMP) ## check the data before training: what stops it, what to beware of
	@$(RUN).validate $(ARGS)

init: $(STAMP) ## propose a mapping for your files: make init DATA="customers.csv orders.csv"
	@$(RUN).init $(DATA)

compare: $(STAMP) ## set the last trainings side by side: what changed, and by how much
	@$(RUN).compare $(ARGS)

promote: $(STAMP) ## make the challenger the champion, where it passes every gate; says first who changes tier
	@$(RUN).promote $(ARGS)

rollback: $(STAMP) ## go back to the last champion
	@$(RUN).rollback $(ARGS)

profile: $(STAMP) ## write the ideal customer profile, and a worksheet to review it with
	@$(RUN).profile $(ARGS)

browse: $(STAMP) ## write a page to look through the scored prospects
	@$(RUN).browse $(ARGS)

prune: $(STAMP) ## remove old runs, exports and lists, as tracking.retention says
	@$(RUN).prune $(ARGS)

send: $(STAMP) ## send the runs that the tracking server could not take
	@$(RUN).send $(ARGS)

# The id as it was typed: neither make nor a shell makes anything of its signs.
history replay erase: export ICP_ML_ACCOUNT = $(value ACCOUNT)
unexport ACCOUNT

history: $(STAMP) ## one account's scores, and why each moved: make history ACCOUNT=P00001
	@$(RUN).history $(ARGS)

replay: $(STAMP) ## score an account as it was scored: make replay ACCOUNT=P00001 ARGS=today=2026-01-01
	@$(RUN).replay $(ARGS)

erase: $(STAMP) ## take an account out of the ledger and the lists: make erase ACCOUNT=P00001
	@$(RUN).erase $(ARGS)

outcomes: $(STAMP) ## what became of the accounts that were scored
	@$(RUN).outcomes $(ARGS)

holdout: $(STAMP) ## plan an experiment that leaves accounts alone, and read its result
	@$(RUN).holdout $(ARGS)

schedule: $(STAMP) ## show the files of the nightly run, and install them when confirmed
	@$(RUN).schedule $(ARGS)

unschedule: $(STAMP) ## take them away
	@$(RUN).unschedule $(ARGS)

status: $(STAMP) ## champion, last training, last scoring and its age, alarms
	@$(RUN).status $(ARGS)

ui: $(STAMP) ## open the MLflow UI on localhost (PORT=5000)
	@$(RUN).ui tracking.port=$(PORT) $(ARGS)

serve: $(STAMP) ## answer single prospects over HTTP with the champion (PORT=5000)
	@$(RUN).serve tracking.port=$(PORT) $(ARGS)

test: $(STAMP) ## run the tests
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(STAMP) ## format, lint, types, imports
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: $(STAMP) ## put the code into its one format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

BENCH := .venv-bench/.installed

$(BENCH): pyproject.toml constraints.txt setup/environment
	@PYTHON="$(PYTHON)" setup/environment .venv-bench bench
	@touch $@

bench: $(STAMP) $(BENCH) ## measure speed: reasons against other tools, predict against a script: make bench [DATA=FOLDER]
	@$(RUN).demo $(ARGS)
	@$(RUN).train $(ARGS)
	@if [ -n "$(DATA)" ]; then $(RUN).train data=crunchbase data.root=$(DATA)/crunchbase_2015 $(ARGS); fi
	@.venv-bench/bin/python -m benchmarks.forest.run $(DATA)
	@$(BIN)/python -m benchmarks.predict.run

QUALITY := .venv-quality/.installed

$(QUALITY): benchmarks/quality/requirements.txt
	@$(PYTHON) -m venv .venv-quality
	@.venv-quality/bin/pip install -qq --disable-pip-version-check -r $<
	@touch $@

bench-quality: $(STAMP) $(QUALITY) ## compare predictions with other tools: make bench-quality DATA=FOLDER (hours; goes on where it stopped)
	@$(BIN)/python -m benchmarks.quality.run $(DATA) $(ARGS)
	@$(BIN)/python -m benchmarks.quality.report

clean: ## remove the environment and everything generated
	rm -rf $(VENV) .venv-bench .venv-quality .venv-audit var .pytest_cache .mypy_cache .ruff_cache .hypothesis
