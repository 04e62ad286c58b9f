#!/bin/sh
# Build the module for names for one architecture: build.sh CC OUTPUT-DIRECTORY
set -eu
cc=$1
out=$2
here=$(dirname "$0")
wrappers=$here/..
mkdir -p "$out"

warnings='-std=gnu11 -Wall -Wextra -Wshadow -Wpedantic -Wmissing-prototypes -Wswitch-enum -Wswitch-default -Werror'
# With unwind tables: what the program interposes for realloc is called from here.
code='-Os -fPIC -ffunction-sections -ffreestanding -fvisibility=hidden -fno-stack-protector -fno-builtin -fexceptions
	-fasynchronous-unwind-tables -fno-tree-loop-distribute-patterns -U_FORTIFY_SOURCE'
case $("$cc" -dumpmachine) in
aarch64*) code="$code -mno-outline-atomics" ;;
esac
# No soname: the loader knows one object by the many names under which it is asked for.
link='-shared -nostdlib -Wl,-Bsymbolic -Wl,--hash-style=both -Wl,-z,noexecstack -Wl,-z,relro
	-Wl,-z,now -Wl,--build-id=none -Wl,-s -Wl,-O1 -Wl,--gc-sections -Wl,--fatal-warnings'

# shellcheck disable=SC2086  # lists of words
"$cc" $warnings $code -I"$wrappers" $link -o "$out/libdynpk-names.so" "$here/module.c" "$here/ask-host.c" \
	"$here/ask-sockets.c" "$here/ask-getent.c" "$here/errand.c" "$here/cache.c" "$here/give.c" "$here/read-lines.c" \
	"$here/read-nscd.c" "$here/read-sssd.c" "$here/answer.c" \
	"$wrappers/base/memory.c" "$wrappers/base/text.c"

nm=$("$cc" -print-prog-name=nm)
if "$nm" -D --undefined-only "$out/libdynpk-names.so" | grep -v -w -e environ -e realloc; then
	echo "build.sh: the module must not need anything else of a C library" >&2
	exit 1
fi
