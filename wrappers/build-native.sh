#!/usr/bin/env bash
# Build all C that runs on targets into DIR/ARCH, for this machine and for every cross compiler that
# is installed; rebuilt only when a source is newer.
set -euo pipefail
out=$1
here=$(cd "$(dirname "$0")" && pwd)

build() { # ARCHITECTURE COMPILER
	local architecture=$1 compiler=$2 target=$out/$1
	command -v "${compiler%% *}" >/dev/null || return 0
	if [ -e "$target/.stamp" ] && [ -z "$(find "$here" "$here/../audit-stub" -newer "$target/.stamp" -type f -print -quit)" ]; then
		return 0
	fi
	sh "$here/launcher/build.sh" "$compiler" "$target"
	touch "$target/.stamp"
}

build "$(uname -m)" "${CC:-gcc}"
[ "$(uname -m)" = x86_64 ] || build x86_64 x86_64-linux-gnu-gcc
[ "$(uname -m)" = aarch64 ] || build aarch64 aarch64-linux-gnu-gcc
build i686 i686-linux-gnu-gcc
