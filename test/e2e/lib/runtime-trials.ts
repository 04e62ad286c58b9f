/** Large run-time systems and libraries of plug-ins: as engine-trials.ts, of which they are too many. */
import type {Trial} from './engine-trials.js';

export const runtimeTrials: Readonly<Record<string, Trial>> = {
	'Java with its class library, trust and time zones': {
		pack: ['/usr/bin/java', '/usr/bin/keytool', 'deb:tzdata'],
		env: {LC_ALL: 'C.UTF-8', TZ: 'Europe/Berlin', JAVA_TOOL_OPTIONS: '-Xshare:auto'},
		script: `
java -Xmx32m -XX:+UseSerialGC -XshowSettings:properties -version 2>&1 | grep -e file.encoding -e java.vm.name -e 'build '
keytool -genkeypair -keystore k -storepass secret -alias one -dname CN=n\u00e4me -keyalg EC -startdate '2026/01/02 03:04:05' -validity 9 2> log || cat log
keytool -list -v -keystore k -storepass secret 2> log | grep -e Owner -e Valid -e Signature
keytool -list -cacerts -storepass changeit 2> log | grep -c trustedCertEntry`,
	},
	'Open MPI with several processes': {
		pack: [
			...['/usr/bin/mpirun', '/usr/bin/ompi_info', '/usr/bin/python3', 'deb:python3-mpi4py'],
			...['--exclude=/usr/bin/ssh-agent', '--exclude=**/ssh-keysign'],
		],
		// It will not be started by root otherwise, and complains of hosts without /sys.
		env: {
			OMPI_ALLOW_RUN_AS_ROOT: '1',
			OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
			HWLOC_HIDE_ERRORS: '2',
		},
		script: `
mpirun --oversubscribe -n 3 python3 -c '
from mpi4py import MPI
world = MPI.COMM_WORLD
total, told = world.allreduce(world.rank + 1), world.gather(b"x" * 200000)
if told: print(world.size, total, sum(map(len, told)), MPI.Get_library_version().split(",")[0])'
mpirun --oversubscribe --mca btl self,tcp -n 2 python3 -c '
from mpi4py import MPI
word = MPI.COMM_WORLD.bcast("tcp")
if MPI.COMM_WORLD.rank == 1: print(word)'
mpirun -n 1 no-such-program 2>&1 | grep -v '^Node'; ompi_info --param btl tcp --level 3 | grep -c MCA`,
	},
	'Graphviz by its registry of plug-ins': {
		pack: ['/usr/bin/dot', '/usr/bin/gvpr'],
		script: `
echo 'digraph { a -> b; b -> c }' > g.dot
dot -Tplain g.dot && dot -Tpdf g.dot | head -c 4 && dot -Tsvg g.dot | grep -c polygon && dot -Tpng g.dot | head -c 4 | tail -c 3
dot -T? g.dot 2>&1; gvpr 'N { print(name) }' g.dot`,
	},
	'GIO and GDK-Pixbuf with plug-ins of packages that nothing needs': {
		pack: ['/usr/bin/gsettings', '/usr/bin/gio', '/usr/bin/gdk-pixbuf-thumbnailer'],
		script: `
echo '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8" fill="red"/></svg>' > a.svg
gdk-pixbuf-thumbnailer -s 4 a.svg b.png && md5sum < b.png
gio info -a standard::content-type a.svg | grep type; gsettings list-schemas | sort; gio version`,
	},
	'scripts that do as the link they were started by is named': {
		pack: [
			...['/usr/bin/bzegrep', '/usr/bin/bzfgrep', '/usr/bin/bzgrep', '/usr/bin/bzip2'],
			...['/usr/bin/grep', '/usr/bin/psql', 'deb:postgresql-client-15', '/usr/bin/perl'],
		],
		script: `
printf 'aab\\na+b\\n' > t; bzip2 t
bzgrep 'a+b' t.bz2; bzegrep 'a+b' t.bz2; bzfgrep 'a+b' t.bz2
psql --version; env psql --version; perl -e 'exec "/usr/bin/psql", "--version"'`,
	},
};
