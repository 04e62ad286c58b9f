#!/usr/bin/env bash
# Pack a program of this machine and run it on a host that has no loader and no library.
set -euo pipefail
program=${1:-node}
here=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dynpk() { node "$here/build/cmd/dynpk.js" "$@"; }
enter() { node "$here/build/test/hosts/enter.js" empty "$@"; }
case $program in
node) arguments=(-p '`node ${process.version} on ${process.arch}, ${require("child_process").execFileSync(process.execPath, ["-p", "6*7"])}`') ;;
*) arguments=(--version) ;;
esac

say() { printf '\n\033[1m$ %s\033[0m\n' "$*"; }
say dynpk pack "$program" -o "$work/$program.tar.gz"
dynpk pack "$program" -o "$work/$program.tar.gz"
say dynpk inspect "$work/$program.tar.gz"
dynpk inspect "$work/$program.tar.gz" | tail -n 4
tar -xzf "$work/$program.tar.gz" -C "$work"
say 'ls /lib /usr/lib    # on the empty host'
enter -- /bin/sh -c 'ls -d /lib* /usr/lib* 2>&1 | sed "s/^/  /"' || true
say "$program/bin/$program ${arguments[*]}    # on the empty host, as a user without root"
enter --bundle "$work/$program" -- "bin/$program" "${arguments[@]}"
