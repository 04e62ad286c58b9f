#!/usr/bin/env bash
# `bash assemble/portable.sh OUTPUT`: dynpk and the Node.js that runs it as one .run file, packed by dynpk.
#
# What npm would install lies at a fixed place below build/ meanwhile, because a bundle holds paths. The native
# parts are data in it: launchers and libraries for other bundles, which this one must not start its own way.
# No engine: it is to see the files and the environment of the machine it is started on.
set -euo pipefail
output=$(realpath "$1")
cd "$(dirname "$0")/.."
tree=build/portable/dynpk
rm -rf build/portable
mkdir -p "$tree/bin"
npm --no-update-notifier pack --silent --pack-destination build/portable >/dev/null
tar -xzf build/portable/dynpk-*.tgz -C "$tree" --strip-components=1 --no-same-owner
ln -s ../build/bin/dynpk.cjs "$tree/bin/dynpk"
# Its symbols are for debuggers, and 12 MB.
strip -o "$tree/bin/node" "$(node -p process.execPath)"
PATH="$PWD/$tree/bin:$PATH" node build/bin/dynpk.cjs pack "$tree/bin/dynpk" --with "$tree" --scope closure --no-library-path \
	--verbatim "**/$tree/build/native/**" --engine none --level 12 --name dynpk --quiet --force -o "$output"
