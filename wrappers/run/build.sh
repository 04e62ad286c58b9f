#!/bin/sh
# Build the runner, which stands at the beginning of a `.run` file, for one architecture: build.sh CC OUTPUT-DIRECTORY
set -eu
cc=$1
out=$2
here=$(cd "$(dirname "$0")" && pwd)
base=$here/../base
zstd=$here/../../node_modules/zstd-napi/deps/zstd/lib
mkdir -p "$out"
objects=$out/runner.o
rm -rf "$objects"
mkdir "$objects"
# Under a name that nothing else has: an assembler looks here and in the working directory.
cp "$zstd/../LICENSE" "$objects/zstd-licence"

warnings='-std=c11 -Wall -Wextra -Wshadow -Wpedantic -Wmissing-prototypes -Wswitch-enum -Wswitch-default -Werror'
code='-fno-pie -ffreestanding -fvisibility=hidden -fno-stack-protector -fno-asynchronous-unwind-tables
	-fno-tree-loop-distribute-patterns -fcf-protection=none -fomit-frame-pointer -ffunction-sections
	-fdata-sections -U_FORTIFY_SOURCE'
# Its decoder neither loads nor allocates, starts no thread, is traced by nobody and has words for no error.
decoder='-DZSTD_DISABLE_ASM=1 -DZSTD_LEGACY_SUPPORT=0 -DZSTD_TRACE=0 -DZSTD_STRIP_ERROR_STRINGS=1
	-DXXH_NAMESPACE=ZSTD_ -DDEBUGLEVEL=0 -DZSTDLIB_VISIBLE= -DZSTDLIB_STATIC_API= -DDYNAMIC_BMI2=0'
case $("$cc" -dumpmachine) in
aarch64*) code="$(echo "$code" | sed s/-fcf-protection=none//) -mno-outline-atomics"; pages=65536 ;;
x86_64*) pages=4096; decoder=$(echo "$decoder" | sed s/-DDYNAMIC_BMI2=0/-DDYNAMIC_BMI2=1/) ;;
*) pages=4096 ;;
esac
link="-static -nostdlib -no-pie -Wl,--gc-sections -Wl,-z,noexecstack -Wl,-z,max-page-size=$pages -Wl,-z,norelro
	-Wl,-z,noseparate-code -Wl,--build-id=none -Wl,-s -Wl,-O1 -Wl,--fatal-warnings"

compile() { # FLAGS SOURCE...
	local_flags=$1
	shift
	for source; do
		# shellcheck disable=SC2086  # lists of words
		"$cc" $local_flags $code -c -o "$objects/$(basename "$(dirname "$source")")-$(basename "$source").o" "$source"
	done
}

# What `libexec/dynpk/host` of a bundle is made of.
host_sources() {
	find "$here/../host" -name '*.c' ! -name main.c | LC_ALL=C sort
}

# DYNPK_SILENCE: milliseconds after which a lock is taken over (lock.c); tests build a runner with fewer.
ours="$warnings -Os -fno-builtin -I$here/.. -isystem $zstd ${DYNPK_SILENCE:+-DDYNPK_SILENCE=$DYNPK_SILENCE}"
# shellcheck disable=SC2046  # names of ours
compile "$ours -Wa,-I,$objects" "$base/start.S" "$here"/*.S "$here"/*.c $(host_sources) \
	"$here/../namespace/unshare.c" "$base/no-heap.c" "$base/fail.c" "$base/text.c" "$base/variables.c"
compile "-O2 -std=gnu11 -w $decoder -I$zstd" "$zstd"/common/entropy_common.c "$zstd"/common/error_private.c \
	"$zstd"/common/fse_decompress.c "$zstd"/common/xxhash.c "$zstd"/common/zstd_common.c "$zstd"/decompress/*.c
compile "$warnings -O2 -fno-builtin" "$here/memory.c"
# shellcheck disable=SC2086
"$cc" $link -o "$out/runner" "$objects"/*.o -lgcc
rm -r "$objects"

readelf=$("$cc" -print-prog-name=readelf)
if "$readelf" -lrW "$out/runner" | grep -e ' R_' -e INTERP -e DYNAMIC -e 'GNU_STACK.*E'; then
	echo "build.sh: the runner is to be loaded as it is, by the kernel alone" >&2
	exit 1
fi
if [ "$(grep -a -o DYNPKRN1 "$out/runner" | wc -l)" != 1 ]; then
	echo "build.sh: the magic of the head is to stand in one place" >&2
	exit 1
fi
