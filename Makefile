# `make demo` and `make test` each work alone on a fresh clone that has Python 3.11, make and apt.

.PHONY: help demo demo-train test check bench clean
.DEFAULT_GOAL := help

help:
	@echo 'make demo    prove the examples: installs what is missing, then runs holdfast prove'
	@echo 'make demo-train  the learning loop, from nothing to a trained value: some 560 CPU seconds'
	@echo 'make test    everything: formatting, lint, types, layers, all tests'
	@echo 'make check   the same without the tests'
	@echo 'make bench   list the benchmarks and how to run them'
	@echo 'make clean   remove the environment and caches'

demo:
	@scripts/environment base
	@scripts/install-rocq coq libcoq-stdlib libcoq-hammer
	@scripts/install-bubblewrap
	.venv/bin/holdfast prove examples/rocq/sums.v examples/python/words.py --diff --jobs 2

demo-train:
	@scripts/environment dev
	@scripts/install-rocq coq libcoq-stdlib
	@scripts/install-bubblewrap
	.venv/bin/holdfast iterate examples/learning_loop/loop.toml --output demo-train/run --cache demo-train/cache
	@echo 'The report is demo-train/run/report.html; the same command goes on where it was stopped.'

test:
	@scripts/environment dev
	@scripts/install-rocq coq libcoq-stdlib libcoq-mathcomp libcoq-hammer
	@scripts/install-bubblewrap
	@scripts/install-postgresql || echo 'No PostgreSQL: its tests are skipped.'
	@scripts/install-chromium || echo 'No Chromium: tests of pages are skipped.'
	@timeout 120 scripts/get-llama-server .llama || echo 'No llama-server: the tests that need it are skipped.'
	@scripts/check

check:
	@scripts/environment dev
	@scripts/check static

bench:
	@scripts/environment dev
	@scripts/list-benchmarks

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
