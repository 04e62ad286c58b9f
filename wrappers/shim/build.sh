#!/bin/sh
# Build the path shim for one architecture: build.sh CC OUTPUT-DIRECTORY. With DEBUG=1 it keeps its symbols.
set -eu
cc=$1
out=$2
here=$(dirname "$0")
wrappers=$here/..
audit=$here/../../audit-stub
mkdir -p "$out"

warnings='-std=gnu11 -Wall -Wextra -Wshadow -Wpedantic -Wmissing-prototypes -Wswitch-enum -Wswitch-default -Werror'
# With unwind tables: callers are cancelled in these calls, and functions of theirs are called back. Not
# with -fexceptions, which would need a library: what a cancelled call still holds is lost.
code='-O2 -fPIC -ffunction-sections -ffreestanding -fvisibility=hidden -fno-stack-protector -fno-builtin
	-fasynchronous-unwind-tables -fno-tree-loop-distribute-patterns -fomit-frame-pointer
	-U_FORTIFY_SOURCE -D_GNU_SOURCE'
case $("$cc" -dumpmachine) in
aarch64*) code="$code -mno-outline-atomics" ;;
esac
strip=-Wl,-s
if [ "${DEBUG-}" = 1 ]; then strip=-g; fi
# No library is named: what the shim needs of a C library it takes from the one that is there.
link='-shared -nostdlib -static-libgcc -Wl,-soname,path-shim.so -Wl,-Bsymbolic -Wl,--hash-style=both
	-Wl,-z,noexecstack -Wl,-z,relro -Wl,-z,now -Wl,--build-id=none -Wl,-O1 -Wl,--gc-sections -Wl,--fatal-warnings'

# What the shim puts into images of programs; one flat piece of code.
launcher=$here/../launcher
flat=$(mktemp -d)
trap 'rm -r "$flat"' EXIT
model=
case $("$cc" -dumpmachine) in aarch64*) model=-mcmodel=tiny ;; esac
# shellcheck disable=SC2086  # lists of words
"$cc" $warnings -Os -fPIC -ffreestanding -fno-stack-protector -fno-builtin -fno-asynchronous-unwind-tables \
	-fno-jump-tables -fno-tree-loop-distribute-patterns -fomit-frame-pointer -U_FORTIFY_SOURCE $model \
	-I"$wrappers" -include "$launcher/hidden.h" -static -nostdlib -Wl,-T,"$launcher/image-stub.lds" \
	-Wl,--build-id=none -Wl,-z,noexecstack -Wl,--no-warn-rwx-segments -o "$flat/image-stub.elf" "$launcher/image-stub.c"
"$("$cc" -print-prog-name=objcopy)" -O binary -j .text "$flat/image-stub.elf" "$flat/image-stub"

# shellcheck disable=SC2086  # lists of words
"$cc" $warnings $code $strip -I"$wrappers" -I"$audit/.." -Wa,-I"$flat" $link -o "$out/path-shim.so" "$here"/*.c "$wrappers/table/table.c" "$wrappers/table/own-tree.c" \
	"$wrappers/table/host-environment.c" "$wrappers/table/loader-lists.c" "$wrappers/table/session-names.c" "$wrappers/table/loader-variables.c" \
	"$audit/judge.c" "$audit/origin.c" "$audit/resolve.c" "$audit/report.c" "$audit/bounded-text.c" \
	"$wrappers/base/memory.c" "$wrappers/base/text.c" "$wrappers/base/variables.c"

nm=$("$cc" -print-prog-name=nm)
if "$nm" -D --undefined-only "$out/path-shim.so" | grep -v -w -e _r_debug -e _dl_debug_addr -e __errno_location -e environ; then
	echo "build.sh: the shim must not need anything else of a C library" >&2
	exit 1
fi
