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
exec slurmd -D -N "$name" >"/srv/$name/slurmd.out" 2>&1
