#!/bin/sh
# Build the program that tells what kind of host it is started on, for one architecture: build.sh CC OUTPUT-DIRECTORY
set -eu
cc=$1
out=$2
here=$(cd "$(dirname "$0")" && pwd)
base=$here/../base
mkdir -p "$out"

warnings='-std=c11 -Wall -Wextra -Wshadow -Wpedantic -Wmissing-prototypes -Wswitch-enum -Wswitch-default -Werror'
code='-Os -fno-pie -ffreestanding -fvisibility=hidden -fno-builtin -fno-stack-protector -fno-asynchronous-unwind-tables
	-fno-tree-loop-distribute-patterns -fcf-protection=none -fomit-frame-pointer -ffunction-sections -fdata-sections
	-U_FORTIFY_SOURCE'
case $("$cc" -dumpmachine) in
aarch64*) code="$(echo "$code" | sed s/-fcf-protection=none//) -mno-outline-atomics"; pages=65536 ;;
*) pages=4096 ;;
esac
link="-static -nostdlib -no-pie -Wl,--gc-sections -Wl,-z,noexecstack -Wl,-z,max-page-size=$pages -Wl,-z,norelro
	-Wl,-z,noseparate-code -Wl,--build-id=none -Wl,-s -Wl,-O1 -Wl,--fatal-warnings"

# shellcheck disable=SC2086  # lists of words
"$cc" $warnings $code $link -I"$here/.." -o "$out/host" "$base/start.S" "$here"/*.c "$here/../run/place-rules.c" \
	"$here/../namespace/unshare.c" "$base/fail.c" "$base/memory.c" "$base/text.c" "$base/variables.c" -lgcc

readelf=$("$cc" -print-prog-name=readelf)
if "$readelf" -lrW "$out/host" | grep -e ' R_' -e INTERP -e DYNAMIC -e 'GNU_STACK.*E'; then
	echo "build.sh: the program is to be loaded as it is, by the kernel alone" >&2
	exit 1
fi
