#!/bin/sh
# A node of start-cluster.sh: `start-node.sh NAME ADDRESS`, in namespaces of its own. Its /tmp is /srv/NAME/tmp, for
# tests to look into.
set -eu
name=$1 address=$2

hostname "$name"
ip link set lo up
ip addr add "$address/24" dev eth0
ip link set eth0 up
mkdir "/srv/$name/tmp" "/srv/$name/spool"
chmod 1777 "/srv/$name/tmp"
mount --bind "/srv/$name/tmp" /tmp
mount -t tmpfs -o mode=1777 none /dev/shm
mount -t tmpfs -o mode=1777 none /var/tmp
echo $$ >"/srv/$name/pid"

# A foreign host's tree, which stays as it is; what is made in it is this node's.
if [ -e /srv/userland ]; then
	mkdir "/srv/$name/root" "/srv/$name/layers"
	mount -t tmpfs none "/srv/$name/layers"
	mkdir "/srv/$name/layers/upper" "/srv/$name/layers/work"
	mount -t overlay none "/srv/$name/root" -o \
		"lowerdir=$(cat /srv/userland),upperdir=/srv/$name/layers/upper,workdir=/srv/$name/layers/work"
	for directory in proc dev dev/shm sys tmp run srv; do
		mkdir -p "/srv/$name/root/$directory"
		mount --bind "/$directory" "/srv/$name/root/$directory"
	done
fi
exec slurmd -D -N "$name" >"/srv/$name/slurmd.out" 2>&1
