/** Prefixes of package managers of their own, and one with a C library and a loader that are not the machine's. */
import type {PrefixKind} from '../prefix-job.js';

/** A library that reads a file beside itself, and a program that asks it. */
const sources = `cat > dep.c <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
int dep(void) { char p[4096], l[99] = "nothing"; Dl_info i; dladdr((void *)dep, &i); strcpy(p, i.dli_fname); strcpy(strrchr(p, '/'), "/../share/dep/data");
FILE *f = fopen(p, "r"); if (f) fgets(l, sizeof l, f); printf("dep: %s\\n", l); return 0; }
END
cat > app.c <<'END'
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>
int dep(void);
int main(int c, char **v) { printf("app %s %lx\\n", c > 1 ? v[1] : "", crc32(0, (const Bytef *)"x", 1)); fflush(stdout); dep(); fflush(stdout); return c > 1 ? 0 : system("app again"); }
END
`;

const conda = `${sources}mkdir -p env/bin env/lib env/share/dep env/conda-meta env/etc/conda/activate.d env/pkgs/app-1 env/ssl
echo of conda > env/share/dep/data
gcc -shared -fPIC -o env/lib/libdep.so.1 -Wl,-soname,libdep.so.1 dep.c
ln -s libdep.so.1 env/lib/libdep.so
gcc -o env/bin/app app.c -Lenv/lib -ldep -lz '-Wl,-rpath,$ORIGIN/../lib'
cp -L /usr/lib/x86_64-linux-gnu/libz.so.1 env/lib/
cp /usr/bin/python3.11 env/bin/python3.11
ln -s python3.11 env/bin/python3
cp -a /usr/lib/python3.11 env/lib/
mkdir -p env/lib/python3.11/site-packages
cp /usr/bin/perl env/bin/
cat > env/bin/script <<END
#!$PWD/env/bin/python3
import sys, sqlite3, ssl, ctypes
print(sys.argv[1:], sqlite3.sqlite_version, ctypes.CDLL("libdep.so.1").dep() if "dep" in sys.argv else "")
END
printf '#!/bin/sh\\nexec "$(dirname "$0")/app" "$@"\\n' > env/bin/wrapper
chmod +x env/bin/script env/bin/wrapper
echo 'export APP_DATA=$CONDA_PREFIX/share/dep' > env/etc/conda/activate.d/app.sh
echo '{"name": "app", "version": "1", "build": "0", "depends": ["dep >=1", "libz", "__glibc >=2.17"], "files": ["bin/app", "bin/wrapper", "etc/conda/activate.d/app.sh"]}' > env/conda-meta/app-1-0.json
echo '{"name": "dep", "version": "1", "build": "0", "depends": [], "files": ["lib/libdep.so", "lib/libdep.so.1", "share/dep/data"]}' > env/conda-meta/dep-1-0.json
echo '{"name": "libz", "version": "1", "build": "0", "depends": [], "files": ["lib/libz.so.1"]}' > env/conda-meta/libz-1-0.json
echo cached > env/pkgs/app-1/file
`;

export const packages: PrefixKind = {
	kind: 'Package managers of their own',
	jobs: [
		{
			name: 'conda',
			packages: ['gcc', 'libc6-dev', 'zlib1g-dev', 'python3.11'],
			build: conda,
			path: 'env/bin',
			pack: ['./env'],
			run: `app && app one && wrapper two && script three && python3 -c 'import json, ssl, zlib, hashlib; print(json.dumps({}), hashlib.sha256(b"").hexdigest())'`,
		},
		{
			name: 'conda-package',
			packages: ['gcc', 'libc6-dev', 'zlib1g-dev', 'python3.11'],
			build: conda,
			path: 'env/bin',
			pack: ['conda:app'],
			active: 'env',
			run: 'app && app one && wrapper two',
		},
		{
			name: 'spack',
			packages: ['gcc', 'libc6-dev', 'zlib1g-dev', 'bash'],
			build: `${sources}top=$PWD/spack/opt/spack/linux-debian12-x86_64/gcc-12.2.0
mkdir -p $top/dep-1-aaaa/lib $top/dep-1-aaaa/share/dep $top/dep-1-aaaa/.spack $top/app-2-bbbb/bin $top/app-2-bbbb/.spack $top/bash-5-cccc/bin $top/bash-5-cccc/.spack $top/zlib-1-dddd/lib $top/zlib-1-dddd/.spack
for package in dep-1-aaaa app-2-bbbb bash-5-cccc zlib-1-dddd; do echo '{"spec": {}}' > $top/$package/.spack/spec.json; done
echo of spack > $top/dep-1-aaaa/share/dep/data
gcc -shared -fPIC -o $top/dep-1-aaaa/lib/libdep.so dep.c
cp -L /usr/lib/x86_64-linux-gnu/libz.so.1 $top/zlib-1-dddd/lib/
gcc -o $top/app-2-bbbb/bin/app app.c -L$top/dep-1-aaaa/lib -ldep -lz -Wl,--disable-new-dtags,-rpath,$top/app-2-bbbb/lib:$top/dep-1-aaaa/lib:$top/zlib-1-dddd/lib
cp /bin/bash $top/bash-5-cccc/bin/
printf "#!$top/bash-5-cccc/bin/bash\\ndeclare -A a=([x]=y)\\nexec $top/app-2-bbbb/bin/app \\"\\\${a[x]}\\"\\n" > $top/app-2-bbbb/bin/wrapper
chmod +x $top/app-2-bbbb/bin/wrapper
ln -s $top/app-2-bbbb/bin bin
`,
			path: 'bin',
			pack: ['./bin/app', './bin/wrapper'],
			run: 'app && app one && wrapper',
		},
		{
			name: 'own-glibc',
			packages: ['gcc', 'libc6-dev', 'zlib1g-dev'],
			build: `${sources}x=$PWD/cvmfs/x
mkdir -p $x/lib $x/bin $x/share/dep $x/etc
echo of x > $x/share/dep/data
for name in ld-linux-x86-64.so.2 libc.so.6 libdl.so.2 libm.so.6 libpthread.so.0; do cp -L $BULLSEYE/lib/x86_64-linux-gnu/$name $x/lib/; done
cp -L $BULLSEYE/lib/x86_64-linux-gnu/libz.so.1 $x/lib/libz.so.1 2>/dev/null || cp -L $BULLSEYE/usr/lib/x86_64-linux-gnu/libz.so.1 $x/lib/libz.so.1
sed -e '/zlib.h/d' -e 's/crc32(.*1))/1ul)/' app.c > plain.c
old="--sysroot=$BULLSEYE -B$BULLSEYE/usr/lib/x86_64-linux-gnu -nodefaultlibs"
libc="$x/lib/libdl.so.2 $x/lib/libc.so.6 $BULLSEYE/usr/lib/x86_64-linux-gnu/libc_nonshared.a $x/lib/ld-linux-x86-64.so.2 -lgcc"
gcc $old -shared -fPIC -Wl,-soname,libdep.so -o $x/lib/libdep.so dep.c $libc
cat >> plain.c <<'END'
#include <gnu/libc-version.h>
__attribute__((constructor)) static void version(void) { puts(gnu_get_libc_version()); }
END
gcc $old -Wl,--dynamic-linker,$x/lib/ld-linux-x86-64.so.2 -Wl,--disable-new-dtags,-rpath,$x/lib -o $x/bin/app plain.c $x/lib/libdep.so $libc
printf "#!/bin/sh\\necho wrapped\\nexec $x/bin/app \\"\\$@\\"\\n" > $x/bin/wrapper
chmod +x $x/bin/wrapper
`,
			path: 'cvmfs/x/bin',
			pack: ['./cvmfs/x/bin/app', './cvmfs/x/bin/wrapper'],
			run: 'app && app one && wrapper two',
		},
	],
};
