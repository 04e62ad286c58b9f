/** Programs of the user's own, prefixes with plug-ins, and scripts. */
import type {ScienceKind} from '../set.js';

export const own: ScienceKind = {
	kind: 'Own programs',
	sets: [
		{
			name: 'embedded-python',
			packages: ['libpython3.11-dev', 'gcc', 'python3-numpy'],
			build: `cat > a.c <<'END'
#include <Python.h>
int main(void) { Py_Initialize(); int r = PyRun_SimpleString("import json, ssl, sqlite3, zoneinfo; print(json.dumps([1]), ssl.OPENSSL_VERSION)"); return Py_FinalizeEx() || r; }
END
gcc -o a a.c $(python3-config --includes --embed) -lpython3.11`,
			pack: ['./a'],
			run: 'a',
		},
		{
			name: 'own-hdf5',
			packages: ['libhdf5-dev', 'gcc'],
			build: `cat > a.c <<'END'
#include <hdf5.h>
#include <stdio.h>
int main(void) { hsize_t n = 3; int d[3] = {1, 2, 3}; hid_t p = H5Pcreate(H5P_FILE_ACCESS), f = H5Fcreate("out.h5", H5F_ACC_TRUNC, H5P_DEFAULT, p), s = H5Screate_simple(1, &n, 0), c = H5Pcreate(H5P_DATASET_CREATE), t;
H5Pset_obj_track_times(c, 0); t = H5Dcreate2(f, "x", H5T_NATIVE_INT, s, H5P_DEFAULT, c, H5P_DEFAULT);
H5Dwrite(t, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT, d); H5Dclose(t); H5Fclose(f); puts("written"); return 0; }
END
gcc -o a a.c $(pkg-config --cflags --libs hdf5)`,
			pack: ['./a'],
			run: 'a',
		},
		{
			name: 'own-gtk',
			packages: ['libgdk-pixbuf-2.0-dev', 'gcc', 'pkg-config', 'librsvg2-common'],
			build: `cat > a.c <<'END'
#include <gdk-pixbuf/gdk-pixbuf.h>
int main(int c, char **v) { GError *e = 0; GdkPixbuf *p = gdk_pixbuf_new_from_file(v[1], &e); if (!p) { g_print("%s\\n", e->message); return 1; } g_print("%d\\n", gdk_pixbuf_get_width(p)); return !gdk_pixbuf_save(p, "out.png", "png", &e, NULL); }
END
gcc -o a a.c $(pkg-config --cflags --libs gdk-pixbuf-2.0)`,
			pack: ['./a'],
			inputs: {
				'a.svg':
					'<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="4"/></svg>\n',
			},
			run: 'a a.svg',
		},
		{
			name: 'own-gdal',
			packages: ['libgdal-dev', 'g++'],
			build: `cat > a.cc <<'END'
#include <gdal_priv.h>
#include <ogr_spatialref.h>
#include <cstdio>
int main() { GDALAllRegister(); OGRSpatialReference s; std::printf("%d %d\\n", s.importFromEPSG(2056), GetGDALDriverManager()->GetDriverCount()); char *w; s.exportToWkt(&w); std::puts(w); }
END
g++ -o a a.cc -I/usr/include/gdal -lgdal`,
			pack: ['./a'],
			run: 'a',
		},
	],
};

export const prefixes: ScienceKind = {
	kind: 'Prefixes with plug-ins',
	sets: [
		{
			name: 'plugins',
			packages: ['gcc', 'libc6-dev', 'zlib1g-dev'],
			build: `mkdir -p app/bin app/lib/plugins app/share
cat > m.c <<'END'
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
int main(void) { char p[4096], f[5000]; ssize_t n = readlink("/proc/self/exe", p, 4000); p[n] = 0; *strrchr(p, '/') = 0; *strrchr(p, '/') = 0;
snprintf(f, sizeof f, "%s/lib/plugins/p.so", p); void *h = dlopen(f, RTLD_NOW); if (!h) { puts(dlerror()); return 1; } puts(((const char *(*)(void))dlsym(h, "say"))());
snprintf(f, sizeof f, "%s/share/data", p); FILE *d = fopen(f, "r"); if (!d || !fgets(f, 99, d)) return 2; fputs(f, stdout); return 0; }
END
cat > p.c <<'END'
#include <zlib.h>
const char *helper(void); const char *say(void) { return zlibVersion()[0] == '1' ? helper() : "no"; }
END
echo 'const char *helper(void) { return "plugged"; }' > h.c
gcc -shared -fPIC -o app/lib/libhelper.so h.c
gcc -shared -fPIC -o app/lib/plugins/p.so p.c -Lapp/lib -lhelper -lz -Wl,-rpath,'$ORIGIN/..'
gcc -o app/bin/main m.c; echo data > app/share/data`,
			path: 'app/bin',
			pack: ['./app'],
			run: 'main',
		},
		{
			name: 'venv',
			packages: ['python3-venv', 'python3-numpy'],
			build: `python3 -m venv --system-site-packages env && cat > env/lib/python3.11/site-packages/group.py <<'END'
import numpy
def main(): print(numpy.arange(3).sum())
END
printf '#!%s/env/bin/python3\\nimport group, sys\\ngroup.main()\\nprint(sys.prefix != sys.base_prefix)\\n' "$PWD" > env/bin/group; chmod +x env/bin/group`,
			path: 'env/bin',
			pack: ['./env', 'deb:python3-numpy'],
			run: 'group && python3 -c "import group; group.main()"',
		},
		{
			name: 'installed-by-cmake',
			packages: ['cmake', 'g++', 'make', 'libsqlite3-dev', 'libc6-dev'],
			build: `mkdir src && cat > src/CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.18)
project(x CXX)
add_library(core SHARED core.cc)
add_library(back MODULE back.cc)
target_link_libraries(back sqlite3)
add_executable(tool tool.cc)
target_link_libraries(tool core \${CMAKE_DL_LIBS})
set_target_properties(tool PROPERTIES INSTALL_RPATH "$ORIGIN/../lib")
set_target_properties(core PROPERTIES COMPILE_DEFINITIONS "PREFIX=\\"\${CMAKE_INSTALL_PREFIX}\\"")
install(TARGETS tool core back LIBRARY DESTINATION lib)
install(FILES CMakeLists.txt DESTINATION share/x)
END
printf '%s\\n' '#include <dlfcn.h>' '#include <string>' '#include <cstdio>' 'std::string core() { void *h = dlopen(PREFIX "/lib/libback.so", RTLD_NOW); if (!h) return dlerror(); return ((const char *(*)())dlsym(h, "back"))(); }' 'bool data() { FILE *f = fopen(PREFIX "/share/x/CMakeLists.txt", "r"); return f; }' > src/core.cc
printf '%s\\n' '#include <sqlite3.h>' 'extern "C" const char *back() { return sqlite3_libversion(); }' > src/back.cc
printf '%s\\n' '#include <string>' '#include <iostream>' 'std::string core(); bool data();' 'int main() { std::cout << core() << data() << std::endl; }' > src/tool.cc
cmake -S src -B b -DCMAKE_INSTALL_PREFIX=$PWD/sw > log && cmake --build b >> log && cmake --install b >> log`,
			path: 'sw/bin',
			pack: ['./sw'],
			run: 'tool',
		},
	],
};

export const scripts: ScienceKind = {
	kind: 'Scripts',
	sets: [
		{
			name: 'script-r',
			packages: ['r-base-core'],
			build: `printf '%s\\n' '#!/usr/bin/env Rscript' 'args <- commandArgs(TRUE); cat(sum(as.numeric(args)), "\\n"); print(quantile(1:10))' > sum.R; chmod +x sum.R`,
			pack: ['./sum.R'],
			run: 'sum.R 1 2 3',
		},
		{
			name: 'script-align',
			packages: ['bwa', 'samtools', 'gawk'],
			build: `cat > align.sh <<'END'
#!/bin/bash
set -euo pipefail
bwa index "$1" 2>/dev/null
bwa mem "$1" "$2" 2>/dev/null | samtools view - | awk -F'\\t' '{ print $1, $4 }' | sort | tee hits
rm "$1".*
END
chmod +x align.sh`,
			pack: ['./align.sh', 'bwa', 'samtools'],
			inputs: {
				'ref.fa':
					'>c\nGATTACAGATTACCAGGATTTACACCAGTTACAGGATTCCCAGTTAGACCATTAGGACACATTTAGACCAGATAGGGACCATTTACCAGGATTCAAACCC\n',
				'r.fq':
					'@a\nCAGTTACAGGATTCCCAGTTAGACCATTAGGACACATTTAGACCAG\n+\nIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIII\n',
			},
			run: 'align.sh ref.fa r.fq',
		},
		{
			name: 'script-python',
			packages: ['python3-numpy', 'python3-yaml'],
			build: `printf '%s\\n' '#!/usr/bin/python3' 'import numpy, yaml, sys' 'print(yaml.safe_dump({"sum": int(numpy.sum([1, 2]))}), sys.argv[1:])' > job.py; chmod +x job.py`,
			pack: ['./job.py', 'deb:python3-numpy', 'deb:python3-yaml'],
			run: 'job.py 1',
		},
		{
			name: 'script-perl',
			packages: ['perl', 'libjson-perl'],
			build: `printf '%s\\n' '#!/usr/bin/perl' 'use strict; use File::Spec; use Time::Local; use List::Util qw(sum); print sum(1..4), "\\n"; print qx(sed s/a/b/ in);' > job.pl; chmod +x job.pl`,
			pack: ['./job.pl'],
			inputs: {in: 'a\n'},
			run: 'job.pl',
		},
	],
};
