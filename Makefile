# The front door: thin over npm scripts, gcc and apt. `make help` lists what there is.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
# Tests start make, too, where its jobs would be none of ours.
unexport MAKEFLAGS

prefix ?= /usr/local
bindir ?= $(prefix)/bin
libdir ?= $(prefix)/lib
DEMO ?= node
FILE ?=
SETS ?=
JOBS ?=
NODES ?= 22 24
FORMATS ?=
INPUTS ?=
MINUTES ?=
SEED ?=
FROM ?=

version = $(shell node -p 'require("./package.json").version')
npm := npm --no-update-notifier --no-audit --no-fund
# A file that is not there would be passed over where others are.
absent := $(foreach name,$(FILE),$(if $(findstring *,$(name))$(wildcard $(firstword $(subst :, ,$(name)))),,$(name)))
$(if $(strip $(absent)),$(error there is no $(strip $(absent))))
ts := $(shell find assemble cmd lib test bench -name '*.ts' -o -name '*.json' 2>/dev/null | grep -v node_modules)

all: build ## Build everything (the default)

build: build/.stamp native ## Compile TypeScript, and the C that runs on targets

node_modules/.stamp: package.json package-lock.json
	$(npm) ci --loglevel=error
	touch $@

build/.stamp: node_modules/.stamp tsconfig.json $(ts)
	node_modules/.bin/tsc -p tsconfig.json
	node build/assemble/bundle.js
	touch $@

native: ## The C that runs on targets, for every machine there is a compiler for
	@bash wrappers/build-native.sh build/native

demo: build packages ## Pack a real program (DEMO=node) and run it on a host that has nothing
	bash test/hosts/demo.sh $(DEMO)

check: lint bans test ## Everything that must hold before a change lands

packages: ## Install the Debian packages that tests pack or use (as root)
	bash test/hosts/install-test-packages.sh

lint: build ## Style, types and import walls
	node_modules/.bin/eslint .
	node_modules/.bin/prettier --check .

format: node_modules/.stamp ## Rewrite sources in the house style
	node_modules/.bin/prettier --write .

hosts: build packages ## Make the foreign hosts that tests run bundles on
	for host in empty bullseye trixie; do node build/test/hosts/enter.js $$host; done

test: hosts ## All tests, or those of FILE=test/…
	node build/test/helpers/summarise-tap.js $(FILE)

check-nodes: hosts ## The tests of single stages under other releases of Node.js (NODES)
	bash test/other-nodes.sh $(NODES)

# `test` looks at a sample of what the machine has, where that is much.
test-differential: hosts ## Our readers, search and solver against the real ones or every answer, whole
	DYNPK_TESTS_SWEEP=whole node build/test/helpers/summarise-tap.js 'test/differential/**/*.ts' 'test/elf/oracle-*.ts' test/packages/solve/solve-properties.ts test/engine/namespace-conformance.ts test/shim/conformance.ts

# Of what is installed here, by lists in test/sweeps/data; traces programs for half an hour. Each prints what it examined.
sweeps: build ## What real programs and libraries open and a bundle would lack, and what an audit says of them
	node build/test/sweeps/opened-files.js
	node build/test/sweeps/traced-programs.js
	node build/test/sweeps/dlopen-callers.js
	node build/test/sweeps/audit-starts.js

# Part of `test`; by itself, it needs no host and no package but a compiler.
check-sanitizers: build ## The C of targets as ordinary programs under ASan and UBSan, fed hostile input
	node build/test/helpers/summarise-tap.js 'test/native/**/*.ts' test/nss/replies.ts test/launcher/native-record.ts

bans: ## What lint cannot see, each with its reason
	@bash test/bans.sh

soak: build ## Hinder, kill and race first starts of a .run file, at every call and 500 times; all schedules of three
	node build/test/torture/elections.js
	SEED=$(SEED) MINUTES=$(MINUTES) node build/test/torture/run.js errors-run-file kills-run-file races-run-file

# FORMATS are the files of test/torture/formats and of test/torture/ordeals, which let calls fail, race and kill; bounded by
# INPUTS of each and by MINUTES for all; SEED and FROM repeat what it reports. A part of it belongs to `test`.
torture: build ## Damage what is read, let calls fail, kill and race, and count what that does (FORMATS="path-table errors-pack")
	SEED=$(SEED) FROM=$(FROM) INPUTS=$(INPUTS) MINUTES=$(MINUTES) node build/test/torture/run.js $(FORMATS)

# Hours on a small machine, and tens of gigabytes of packages: run where much is installed.
science: hosts ## Pack and run what scientists carry, into docs/science.md (SETS="r octave")
	node build/test/science/run.js $(SETS)

# Copies installations of languages into prefixes, packs these and hides them. Debian's packages that a job needs and that are not
# here are named.
prefixes: hosts ## Pack and run what people install past the package manager, into docs/prefixes.md (JOBS="venv conda")
	node build/test/prefixes/run.js $(JOBS)

bench: build packages ## Timings against rivals and limits
	node build/bench/run.js

dist: build ## The npm package, in dist/
	mkdir -p dist
	$(npm) pack --silent --pack-destination dist

portable: build ## dynpk and the Node.js that runs it as one file, in dist/, for machines without either
	mkdir -p dist
	bash assemble/portable.sh dist/dynpk-$(shell uname -m).run

install: dist ## Install below prefix (DESTDIR is honoured)
	rm -rf $(DESTDIR)$(libdir)/dynpk
	install -d $(DESTDIR)$(libdir)/dynpk $(DESTDIR)$(bindir)
	tar -xzf dist/dynpk-$(version).tgz -C $(DESTDIR)$(libdir)/dynpk --strip-components=1 --no-same-owner
	ln -sfr $(DESTDIR)$(libdir)/dynpk/build/bin/dynpk.cjs $(DESTDIR)$(bindir)/dynpk

clean: ## Remove what was built
	rm -rf build dist

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' | expand -t 20

.PHONY: all build demo check check-nodes check-sanitizers packages hosts native prefixes science sweeps torture soak lint format test test-differential bans bench dist install clean help
