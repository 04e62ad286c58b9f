#!/bin/sh
# The first process of a cluster for tests: `start-cluster.sh SHARED SOURCES`, in namespaces of its own
# (mounts, processes, network, host name). A login machine with Slurm's controller, and the nodes n1 and n2, each
# with a network, a name, a /tmp and a /dev/shm of its own; SHARED is /srv on all of them. Prints `ready`, and ends,
# with all that was started, when its input does.
set -eu
shared=$1 sources=$2

mount --bind "$shared" /srv
mount -t tmpfs -o mode=755 none /run
mkdir /run/munge /srv/n1 /srv/n2 /srv/controller
printf '%s\n' '127.0.0.1 localhost' '10.77.0.1 login' '10.77.0.2 n1' '10.77.0.3 n2' >/srv/hosts
mount --bind /srv/hosts /etc/hosts

hostname login
ip link set lo up
ip link add switch type bridge
ip addr add 10.77.0.1/24 dev switch
ip link set switch up

head -c 128 /dev/urandom >/run/munge/key
chmod 400 /run/munge/key
# Without --force it refuses a directory of logs that others may write to, such as that of a temporary one.
munged --force --key-file=/run/munge/key --seed-file=/run/munge/seed --pid-file=/run/munge/pid \
	--socket=/run/munge/munge.socket.2 --log-file=/srv/munge.log 2>/srv/munge.err

export SLURM_CONF=/srv/slurm.conf
slurmctld -c
number=2
for node in n1 n2; do
	ip netns add "$node"
	ip link add "$node" type veth peer name eth0 netns "$node"
	ip link set "$node" master switch up
	# Not by `ip netns exec`, which mounts a /sys without what slurmd looks for.
	nsenter --net="/run/netns/$node" unshare --mount --uts sh "$sources/start-node.sh" "$node" "10.77.0.$number" &
	nodes="${nodes-} $!"
	number=$((number + 1))
done

until [ "$(sinfo --noheader --format='%t %D' 2>&1)" = 'idle 2' ]; do
	# shellcheck disable=SC2086 # a list
	for node in $nodes; do kill -0 "$node"; done
	sleep 0.05
done
echo ready
exec cat >/dev/null
