#!/usr/bin/env bash
# Build all C that runs on targets into DIR/ARCH, for this machine and for every cross compiler that
# is installed; rebuilt only when a source is newer.
set -euo pipefail
out=$1
here=$(cd "$(dirname "$0")" && pwd)
top=$here/..

build() { # ARCHITECTURE COMPILER
	local architecture=$1 compiler=$2 target=$out/$1
	command -v "${compiler%% *}" >/dev/null || return 0
	if [ -e "$target/.stamp" ] &&
		[ -z "$(find "$here" "$top/audit-stub" -newer "$target/.stamp" -type f -print -quit)" ]; then
		return 0
	fi
	local encoder=
	if [ "$architecture" = "$machine" ]; then
		# It runs where dynpk does.
		sh "$here/encoder/build.sh" "$compiler" "$target" &
		encoder=$!
	fi
	sh "$here/launcher/build.sh" "$compiler" "$target"
	case $architecture in
	x86_64 | aarch64 | i686)
		sh "$here/shim/build.sh" "$compiler" "$target"
		sh "$here/nss/build.sh" "$compiler" "$target"
		sh "$here/run/build.sh" "$compiler" "$target"
		sh "$here/host/build.sh" "$compiler" "$target"
		# The canary tries C++ exceptions too, and so needs a C++ compiler.
		local goals=stub
		command -v "${compiler/gcc/g++}" >/dev/null && goals='stub canary'
		# shellcheck disable=SC2086  # a list of goals
		make --no-print-directory -s -C "$top" -f audit-stub/stub.mk $goals \
			BUILD="$(dirname "$out")" ARCHES="$architecture" "AUDIT_CC_$architecture=$compiler"
		;;
	esac
	[ -z "$encoder" ] || wait "$encoder"
	touch "$target/.stamp"
}

machine=$(uname -m)
# Side by side: each takes as long as the others, and uses one processor.
builds=()
build "$machine" "${CC:-gcc}" &
builds+=($!)
for other in x86_64 aarch64 i686; do
	if [ "$machine" != "$other" ]; then
		build "$other" "$other-linux-gnu-gcc" &
		builds+=($!)
	fi
done
for one in "${builds[@]}"; do
	wait "$one"
done
