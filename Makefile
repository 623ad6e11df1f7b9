# SPDX-License-Identifier: Apache-2.0
# The few commands that a person types. Each installs what is missing first (tools/setup) and says
# what it is doing; nothing is written outside this folder but Debian packages.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

CORES ?= $(shell nproc)
FUZZ_SECONDS ?= 60
BENCH_MB ?= 256
BENCH_RUNS ?= 3

.PHONY: help build demo s3-double test test-fast test-all bench bench-cloud dist fuzz format clean

help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20
	@echo "  settings: CORES=$(CORES) FUZZ_SECONDS=$(FUZZ_SECONDS) BENCH_MB=$(BENCH_MB) BENCH_RUNS=$(BENCH_RUNS)"

build: ## build/release/bin/silversmith, and bootstrap for Lambda
	@tools/setup build
	@tools/stage build release silversmith bootstrap

demo: ## real files through a lake, checked by DuckDB; under five minutes from nothing
	@tools/setup demo
	@tools/stage build release silversmith
	@tools/demo

test: ## everything that a change must pass; ends in ctest's summary
	@tools/setup test conformance
	@tools/stage tidy
	@tools/stage sanitizers
	@tools/stage suite

test-fast: ## the quick part of it: tidy and the unit tests of the release build
	@tools/setup test
	@tools/stage fast

test-all: ## test, and the long rest: lint, soak, fuzzing
	@tools/setup test conformance soak dist
	@tools/stage tidy
	@tools/lint --all
	@tools/stage sanitizers
	@tools/stage fuzz $(FUZZ_SECONDS)
	@tools/stage build static-arm64 bootstrap
	@tools/stage whole-suite

bench: ## convert beside DuckDB, Polars, pyarrow and pandas
	@tools/setup bench
	@tools/stage build release silversmith bench_data
	@build/deps/bench/bin/python bench/e2e/compare.py --mb $(BENCH_MB) --runs $(BENCH_RUNS)

bench-cloud: ## the function beside a Python one, requests an object, CPU seconds from S3
	@tools/setup bench-cloud
	@tools/stage build release bootstrap silversmith fake_s3
	@python3 -B bench/cloud/compare.py

dist: ## build/dist: the Lambda zips and the tarballs, for x86-64 and arm64
	@tools/setup dist
	@tools/stage build static silversmith bootstrap
	@tools/stage build static-arm64 silversmith bootstrap
	@tools/dist

s3-double: ## an S3 on this machine with one file in bronze, to try lakes in buckets on
	@tools/setup build
	@tools/stage build release silversmith fake_s3
	@tools/s3-double

fuzz: ## every fuzz target for FUZZ_SECONDS, new inputs in build/fuzz/corpus
	@tools/setup test
	@tools/stage fuzz $(FUZZ_SECONDS)

format: ## clang-format over the C++ sources
	@tools/setup test
	@tools/stage format

clean: ## removes build/ but for what was downloaded
	@find build -mindepth 1 -maxdepth 1 ! -name deps -exec rm -rf {} + 2>/dev/null || true
