# Everything a newcomer needs: `make run` and `make test`. Only Python >= 3.11 and make have to be on the machine.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
# The package with its hot rooms as machine code: for make run COMPILED=yes, and for clusters as dist/compiled/*.whl.
FAST   := .compiled
ifdef COMPILED
RUN    := PYTHONPATH=$(CURDIR)/$(FAST) $(BIN)/extractor run
else
RUN    := $(BIN)/extractor run
endif

.DEFAULT_GOAL := help
.PHONY: help setup setup-ocr compiled run test lint bench bench-baseline bench-repair bench-scale bench-review docs lock clean

help: ## what each target does
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

setup: $(READY) ## the environment in .venv, exactly as locked

# The stamp depends on the lock and the project file, so that a second call costs nothing.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("error: Python 3.11 or newer is needed, this is " + sys.version.split()[0] + " (make PYTHON=python3.12 ...)") if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

setup-ocr: $(READY) requirements-ocr.lock ## the recognition of scanned pages, 100 MB more (extra "ocr")
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-ocr.lock

run: $(READY) $(if $(COMPILED),compiled) ## the main job: every report of corpus/ into tables in outputs/corpus
	$(RUN) corpus --output outputs/corpus

compiled: $(FAST)/.ready ## hot rooms as machine code: same results, faster (a C compiler, some minutes, once)

# A change of a source makes it anew; a change of a pattern is only copied.
$(FAST)/.ready: $(FAST)/.built $(shell find patterns -type f)
	rm -rf $(FAST)/extractor/patterns
	cp -R patterns $(FAST)/extractor/patterns
	@touch $@

$(FAST)/.built: $(READY) hatch_build.py $(shell find extractor -name '*.py')
	rm -rf $(FAST) dist/compiled
	HATCH_BUILD_HOOKS_ENABLE=1 $(BIN)/python -m hatchling build -t wheel -d dist/compiled
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --target $(FAST) dist/compiled/*.whl
	@touch $@

test: $(READY) ## all tests
	$(BIN)/python -m pytest

lint: $(READY) ## style, types and the layer contract
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY) ## gains and losses against the baseline; speed beside jieba and other peers (in .bench-venv)
	@if command -v cc > /dev/null; then $(MAKE) compiled; else echo "no C compiler: without the compiled rooms"; fi
	$(BIN)/python -m benchmarks.baseline
	$(BIN)/python -m benchmarks.speed

bench-baseline: $(READY) ## take the present results of the sample corpus as what make bench compares with
	$(BIN)/python -m benchmarks.baseline --renew

bench-scale: $(READY) ## 100,000 generated documents in one run: rate, memory, the run after it (half an hour)
	$(BIN)/python -m benchmarks.scale

bench-repair: $(READY) ## damage well-formed reports the way pages do and count what is found and repaired
	$(BIN)/python -m benchmarks.repair

bench-review: $(READY) ## the review page on a run of a million figures: opening it, the next item
	$(BIN)/python -m benchmarks.review

docs: $(READY) ## renew the generated pages docs/dictionary.md and docs/flags.md
	$(BIN)/python -m extractor.tables > docs/dictionary.md
	$(BIN)/python -m extractor.checks > docs/flags.md

lock: ## renew requirements.lock (needs uv on the machine)
	uv pip compile --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-package extractor \
		--extra dev --extra cluster --custom-compile-command "make lock" --quiet --output-file requirements.lock pyproject.toml
	uv pip compile --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-package extractor \
		--extra ocr --constraints requirements.lock --custom-compile-command "make lock" --quiet \
		--output-file requirements-ocr.lock pyproject.toml
	uv pip compile --upgrade --universal --python-version 3.11 --generate-hashes --prerelease allow \
		--custom-compile-command "make lock" --quiet --output-file benchmarks/peers.lock benchmarks/peers.in

clean: ## remove the environment, caches and outputs
	rm -rf $(VENV) $(FAST) .bench-venv dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache outputs/*/
