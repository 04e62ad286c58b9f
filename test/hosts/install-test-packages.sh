#!/bin/sh
# Install what the tests pack and the tools they compare with: Debian packages, in one apt-get call.
# Does nothing where all of them are installed; asks nothing. Node.js is expected to be there already.
set -eu

# Programs that the tests pack.
packed='ca-certificates curl fakeroot faketime file fontconfig fonts-dejavu-core ghostscript git graphviz groff-base gsettings-desktop-schemas
	imagemagick ipython3 krb5-user libgdk-pixbuf2.0-bin libglib2.0-bin librsvg2-bin librsvg2-common luarocks man-db netbase
	openjdk-17-jre-headless openmpi-bin openssl perl postgresql-client-15 python3-magic python3-mpi4py python3-numpy
	python3-venv r-base-core ruby sed sqlite3 tcl tmux tzdata vim'
# Shells that launchers must work under, or that complete dynpk's words.
shells='bash busybox-static dash fish ksh93u+m mksh posh zsh'
# Compilers, oracles and rivals.
tools='binutils bsdutils bzip2 clang-format cpio createrepo-c diffutils dpkg-dev elfutils g++ gcc gdb gzip
	libarchive-tools libc6-dev libgomp1 libjemalloc2 libtree locales make musl-tools pax-utils pigz procps python3-pyelftools qemu-user-static rpm shellcheck
	strace util-linux xz-utils zstd'
# A cluster of two nodes, and the MPIs of programs for it.
cluster='iproute2 libmpich-dev libopenmpi-dev libslurm-dev mpich munge slurm-client slurmctld slurmd'
# For other machines than this one.
cross='gcc-aarch64-linux-gnu gcc-i686-linux-gnu g++-aarch64-linux-gnu libc6-dev-arm64-cross libc6-dev-i386-cross'

# shellcheck disable=SC2086 # lists of words
set -- $packed $shells $tools $cluster $cross

installed=$(dpkg-query --show --showformat='${db:Status-Status}=${Package}\n' "$@" 2>/dev/null) || :
missing=
for package do
	case "
$installed
" in
	*"
installed=$package
"*) ;;
	*) missing="$missing $package" ;;
	esac
done

if [ -z "$missing" ]; then
	exit 0
fi

if [ "$(id -u)" -ne 0 ]; then
	echo "The tests need these Debian packages; install them as root:" >&2
	echo "	apt-get install$missing" >&2
	exit 1
fi

export DEBIAN_FRONTEND=noninteractive
apt-get -o DPkg::Lock::Timeout=300 --quiet update
# shellcheck disable=SC2086
exec apt-get -o DPkg::Lock::Timeout=300 --quiet --yes --no-install-recommends install $missing
