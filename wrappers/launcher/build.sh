#!/bin/sh
# Build the launcher and the entry stub for one architecture: build.sh CC OUTPUT-DIRECTORY
set -eu
cc=$1
out=$2
here=$(dirname "$0")
namespace=$here/../namespace
table=$here/../table
base=$here/../base
mkdir -p "$out"

warnings='-std=c11 -Wall -Wextra -Wshadow -Wpedantic -Wmissing-prototypes -Wswitch-enum -Wswitch-default -Werror'
code='-Os -fPIC -ffreestanding -fvisibility=hidden -fno-stack-protector -fno-builtin
	-fno-asynchronous-unwind-tables -fno-jump-tables -fno-tree-loop-distribute-patterns
	-fcf-protection=none -fomit-frame-pointer -U_FORTIFY_SOURCE'
case $("$cc" -dumpmachine) in
aarch64*) code="$(echo "$code" | sed s/-fcf-protection=none//) -mno-outline-atomics"; pages=65536; flat=-mcmodel=tiny ;;
*) pages=4096; flat= ;;
esac
link="-shared -nostdlib -static-libgcc -Wl,-T,$here/launcher.lds -Wl,-Bsymbolic -Wl,--hash-style=sysv
	-Wl,-z,noexecstack -Wl,-z,max-page-size=$pages -Wl,-z,norelro -Wl,--build-id=none -Wl,--no-undefined-version
	-Wl,-s -Wl,-O1 -Wl,--fatal-warnings"

# shellcheck disable=SC2086  # lists of words
"$cc" $warnings $code -I"$here/.." -include "$here/hidden.h" $link -o "$out/launcher" \
	"$here/entry.S" "$here/placeholder.S" "$here/whole.c" "$here/main.c" "$here/start-mapped.c" \
	"$here/start-by-exec.c" "$here/program.c" "$here/handover.c" "$here/give-back.c" "$here/loader-options.c" \
	"$here/environment.c" "$here/session.c" "$here/arena.c" "$here/map.c" "$here/image.c" "$here/find-bundle.c" "$here/host.c" \
	"$here/record.c" "$here/inherited.c" "$here/fitness.c" "$here/object.c" "$here/engine.c" "$here/ranks.c" "$here/proot.c" "$namespace"/*.c \
	"$table/table.c" "$table/own-tree.c" "$table/check-nodes.c" "$table/host-environment.c" "$table/loader-lists.c" "$table/session-names.c" "$table/loader-variables.c" \
	"$base/fail.c" "$base/memory.c" "$base/text.c" "$base/variables.c"

# shellcheck disable=SC2086
"$cc" $warnings $code $flat -I"$here/.." -include "$here/hidden.h" -static -nostdlib -Wl,-T,"$here/self-stub.lds" \
	-Wl,--build-id=none -Wl,-z,noexecstack -Wl,--no-warn-rwx-segments -o "$out/self-stub.elf" "$here/self-stub.c"
"$("$cc" -print-prog-name=objcopy)" -O binary -j .text "$out/self-stub.elf" "$out/self-stub"
rm "$out/self-stub.elf"

# Nothing relocates the launcher when the kernel starts it: only what a preloading loader needs may be left.
readelf=$("$cc" -print-prog-name=readelf)
if "$readelf" -rW "$out/launcher" | grep ' R_' | grep -v -e IRELATIV -e __libc_stack_end; then
	echo "build.sh: the launcher must not need relocation" >&2
	exit 1
fi
