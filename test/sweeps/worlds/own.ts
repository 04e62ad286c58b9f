/** What people write and build themselves: programs with data, plug-ins and helpers, scripts, pipelines, kegs. */
import type {World} from './world.js';

/** A program that names its own prefix: data, a directory of plug-ins, a helper and settings. */
const solver = `cat > solver.c <<'END'
#include <dirent.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static void show(const char *path) { char line[99] = "nothing"; FILE *f = fopen(path, "r"); if (!f) exit(3); fgets(line, sizeof line, f); fclose(f); fputs(line, stdout); }
int main(void)
{
	char path[4096]; struct dirent *e; DIR *d = opendir(PREFIX "/lib/solver");
	show(PREFIX "/share/solver/table.dat");
	snprintf(path, sizeof path, "%s/%s.txt", PREFIX "/share/solver/models", "small"); show(path);
	show(PREFIX "/etc/solver.conf");
	while (d && (e = readdir(d))) if (strstr(e->d_name, ".so")) { snprintf(path, sizeof path, PREFIX "/lib/solver/%s", e->d_name); void *h = dlopen(path, RTLD_NOW); if (!h) return 4; puts(*(const char **)dlsym(h, "name")); }
	fflush(stdout); execl(PREFIX "/libexec/solver/helper", "helper", (char *)0); return 5;
}
END
make_solver() {
	mkdir -p $1/bin $1/lib/solver $1/libexec/solver $1/share/solver/models $1/etc
	gcc -DPREFIX="\\"$1\\"" -o $1/bin/solver solver.c -ldl
	echo table > $1/share/solver/table.dat
	echo small > $1/share/solver/models/small.txt
	echo settings > $1/etc/solver.conf
	for name in one two; do echo "const char *name = \\"$name\\";" > p.c; gcc -shared -fPIC -o $1/lib/solver/$name.so p.c -lm -Wl,--no-as-needed; done
	printf "#!/bin/sh\\ncat $1/share/solver/table.dat\\n" > $1/libexec/solver/helper
	chmod +x $1/libexec/solver/helper
}
`;

const kegs = `cat > dep.c <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
int dep(void) { char p[4096], l[99] = "nothing"; Dl_info i; dladdr((void *)dep, &i); strcpy(p, i.dli_fname); strcpy(strrchr(p, '/'), "/../share/dep/data");
FILE *f = fopen(p, "r"); if (f) fgets(l, sizeof l, f); printf("dep: %s\\n", l); return !f; }
END
echo 'int dep(void); int main(void) { return dep(); }' > app.c
make_keg() {
	mkdir -p $1/dep/1.0/lib $1/dep/1.0/share/dep $1/app/2.0/bin
	echo data > $1/dep/1.0/share/dep/data
	gcc -shared -fPIC -Wl,-soname,libdep.so -o $1/dep/1.0/lib/libdep.so dep.c
	gcc -o $1/app/2.0/bin/app app.c -L$1/dep/1.0/lib -ldep -Wl,-rpath,$2
}
`;

export const own: readonly World[] = [
	{
		name: 'solver',
		packages: ['gcc', 'libc6-dev'],
		build: `${solver}make_solver "$PWD/sw"\n`,
		path: 'sw/bin',
		pack: ['./sw/bin/solver'],
		run: 'solver',
	},
	{
		name: 'solver-in-home',
		packages: ['gcc', 'libc6-dev'],
		home: 'home',
		build: `${solver}mkdir home && make_solver "$PWD/home/.local"
mkdir -p home/.local/share/other && echo other > home/.local/share/other/file
`,
		path: 'home/.local/bin',
		pack: ['./home/.local/bin/solver'],
		run: 'solver',
	},
	{
		name: 'solver-among-others',
		packages: ['gcc', 'libc6-dev'],
		build: `${solver}make_solver "$PWD/tree"
mkdir tree/projects && echo x > tree/projects/notes
`,
		path: 'tree/bin',
		pack: ['./tree/bin/solver'],
		run: 'solver',
	},
	{
		name: 'pipeline',
		packages: ['jq', 'graphviz', 'bc', 'zip'],
		build: `mkdir work
cat > work/run.sh <<'END'
#!/bin/bash
set -euo pipefail
here=$(dirname "$0")
. "$here/lib.sh"
echo '{"a": [1, 2]}' | jq -r '.a[]' | sort -n | "$here/twice.py" | while read -r n; do echo "n$n -> m"; done > e
{ echo 'digraph {'; cat e; echo '}'; } | dot -Tsvg -o g.svg
echo "2 ^ 10" | bc
zip -q g.zip g.svg
if command -v xz > /dev/null; then xz -k g.svg; fi
finish g.zip
END
echo 'finish() { stat -c %n "$1"; sha256sum "$here/table.tsv" | cut -c1-8; }' > work/lib.sh
printf '#!/usr/bin/env python3\\nimport sys, csv, helper\\nfor l in sys.stdin: print(helper.twice(int(l)))\\n' > work/twice.py
echo 'def twice(n): return 2 * n' > work/helper.py
printf 'a\\tb\\n' > work/table.tsv
chmod +x work/run.sh work/twice.py
`,
		path: 'work',
		pack: ['./work/run.sh'],
		run: 'run.sh',
	},
	{
		name: 'script-with-subprocess',
		packages: ['python3', 'graphviz', 'git'],
		build: `mkdir work
cat > work/tool.py <<'END'
#!/usr/bin/env python3
import json, os, subprocess, tempfile
import mine
def main():
    subprocess.run(["git", "init", "-q", "r"], check=True)
    print(subprocess.check_output(["dot", "-Tplain"], input=b"digraph { a -> b }").decode())
    print(os.popen("openssl version").read() != "", mine.value, json.load(open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "settings.json"))))
main()
END
echo 'value = 1' > work/mine.py
echo '{"x": 1}' > work/settings.json
chmod +x work/tool.py
`,
		path: 'work',
		pack: ['./work/tool.py'],
		run: 'tool.py',
	},
	{
		name: 'homebrew',
		packages: ['gcc', 'libc6-dev'],
		build: `${kegs}make_keg "$PWD/brew/Cellar" "$PWD/brew/opt/dep/lib"
mkdir -p brew/opt brew/bin
for keg in app/2.0 dep/1.0; do echo '{}' > brew/Cellar/$keg/INSTALL_RECEIPT.json; ln -s ../Cellar/$keg brew/opt/\${keg%/*}; done
ln -s ../Cellar/app/2.0/bin/app brew/bin/app
`,
		path: 'brew/bin',
		pack: ['./brew/bin/app'],
		run: 'app',
	},
	{
		name: 'easybuild',
		packages: ['gcc', 'libc6-dev'],
		build: `${kegs}make_keg "$PWD/software" "$PWD/software/dep/1.0/lib"
for keg in app/2.0 dep/1.0; do mkdir software/$keg/easybuild; echo > software/$keg/easybuild/x.eb; done
`,
		path: 'software/app/2.0/bin',
		pack: ['./software/app/2.0/bin/app'],
		run: 'app',
	},
	{
		name: 'module-like',
		packages: ['gcc', 'libc6-dev'],
		// As a module file sets it: nothing but LD_LIBRARY_PATH leads to the library, and nothing marks its directory.
		build: `${kegs}make_keg "$PWD/apps" /nonexistent\n`,
		path: 'apps/app/2.0/bin',
		env: {LD_LIBRARY_PATH: '<build>/apps/dep/1.0/lib'},
		pack: ['./apps/app/2.0/bin/app'],
		run: 'app',
	},
	{
		name: 'graphviz-wrapper',
		packages: ['graphviz', 'libgvc6', 'fonts-dejavu-core'],
		build: `mkdir -p gv/bin gv/libexec gv/lib
cp /usr/bin/dot gv/libexec/dot
for name in gvc cgraph cdt pathplan; do cp -L /usr/lib/x86_64-linux-gnu/lib$name.so.[0-9] gv/lib/; done
cp -aL /usr/lib/x86_64-linux-gnu/graphviz gv/lib/
cat > gv/bin/dot <<'END'
#!/bin/sh
top=$(dirname "$(readlink -f "$0")")/..
LD_LIBRARY_PATH=$top/lib GVBINDIR=$top/lib/graphviz exec "$top/libexec/dot" "$@"
END
chmod +x gv/bin/dot
`,
		path: 'gv/bin',
		pack: ['./gv/bin/dot'],
		inputs: {'g.dot': 'digraph { a -> b }\n'},
		run: 'dot -Tpng -o g.png g.dot && dot -Tsvg g.dot && dot -Tpdf -o g.pdf g.dot',
	},
];
