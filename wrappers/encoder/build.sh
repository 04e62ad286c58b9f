#!/bin/sh
# Build what compresses for the packer, for the machine it runs on: build.sh CC OUTPUT-DIRECTORY
set -eu
cc=$1
out=$2
here=$(dirname "$0")
wrappers=$here/..
zstd=$wrappers/../node_modules/zstd-napi/deps/zstd/lib
mkdir -p "$out"

warnings='-std=gnu11 -Wall -Wextra -Wshadow -Wpedantic -Wmissing-prototypes -Wswitch-enum -Wswitch-default -Werror'
code='-O2 -fno-pic -ffunction-sections -fdata-sections -fno-stack-protector -fno-asynchronous-unwind-tables
	-fno-tree-loop-distribute-patterns -U_FORTIFY_SOURCE'
case $("$cc" -dumpmachine) in
aarch64*) code="$code -mno-outline-atomics" ;;
esac
link='-static -no-pie -nostdlib -Wl,--build-id=none -Wl,-z,noexecstack -Wl,--gc-sections -Wl,-s'

objects=$(mktemp -d)
trap 'rm -rf "$objects"' EXIT
# Not ours to mend: no warnings of it.
# shellcheck disable=SC2086  # lists of words
for source in "$zstd"/common/*.c "$zstd"/compress/*.c; do
	"$cc" $code -w -DZSTD_DISABLE_ASM=1 -DDEBUGLEVEL=0 -c "$source" -o "$objects/$(basename "$source" .c).o"
done
# shellcheck disable=SC2086
"$cc" $warnings $code -ffreestanding -fno-builtin -I"$wrappers" -isystem "$zstd" $link -o "$out/encoder" \
	"$wrappers/base/start.S" "$here/encode.c" "$wrappers/base/fail.c" "$wrappers/base/memory.c" "$wrappers/base/no-heap.c" "$wrappers/base/text.c" \
	"$objects"/*.o
