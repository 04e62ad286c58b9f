/** Pythons in directories of their own, and environments on them. */
import type {PrefixKind} from '../prefix-job.js';

/** Debian's Python in `py/`, laid out as python-build-standalone does. */
const standalone = `mkdir -p py/bin py/lib
cp /usr/bin/python3.11 py/bin/
ln -s python3.11 py/bin/python3
ln -s python3 py/bin/python
cp -a /usr/lib/python3.11 py/lib/
rm -f py/lib/python3.11/EXTERNALLY-MANAGED
`;

/** A project with a console script, another that stays editable, and an extension that is compiled here. */
const projects = `mkdir -p tool/src/tool edit/edited
cat > tool/pyproject.toml <<'END'
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "tool"
version = "1.2"
[project.scripts]
tool = "tool:main"
[tool.setuptools.packages.find]
where = ["src"]
END
cat > tool/src/tool/__init__.py <<'END'
import sys
from importlib import metadata
def main():
    print("tool", metadata.version("tool"), sys.argv[1:])
END
cat > edit/setup.py <<'END'
from setuptools import setup
setup(name="edited", version="3", packages=["edited"], entry_points={"console_scripts": ["edited = edited:main"]})
END
echo 'def main(): print("edited")' > edit/edited/__init__.py
cat > ext.c <<'END'
#include <Python.h>
static PyObject *add(PyObject *self, PyObject *args) { long a, b; return PyArg_ParseTuple(args, "ll", &a, &b) ? PyLong_FromLong(a + b) : NULL; }
static PyMethodDef methods[] = {{"add", add, METH_VARARGS, "Add."}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "ext", NULL, -1, methods, NULL, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_ext(void) { return PyModule_Create(&module); }
END
`;

/** Into the environment `v`: what is in `projects`, and numpy as Debian built it. */
const install = `PYTHONPATH=/usr/lib/python3/dist-packages v/bin/python3 -m pip --quiet --disable-pip-version-check --no-cache-dir install --no-index --no-build-isolation --no-deps ./tool
PYTHONPATH=/usr/lib/python3/dist-packages v/bin/python3 -m pip --quiet --disable-pip-version-check --no-cache-dir install --no-index --no-build-isolation --no-deps -e ./edit
site=$(echo v/lib/python3.11/site-packages)
cp -a /usr/lib/python3/dist-packages/numpy "$site"
gcc -O1 -shared -fPIC -I/usr/include/python3.11 -o "$site/ext.cpython-311-x86_64-linux-gnu.so" ext.c
`;

const packages = [
	...[
		'python3.11',
		'python3-venv',
		'python3-setuptools',
		'python3-wheel',
		'python3-numpy',
		'libpython3.11-dev',
		'gcc',
	],
];

/** What anybody does with such an environment. */
const use = `cat > job.py <<'END'
import ctypes, json, multiprocessing, sqlite3, ssl, subprocess, sys, zlib
import edited, ext, numpy
def square(n):
    return n * n
if __name__ == "__main__":
    print(sys.version, sys.prefix != sys.base_prefix, sys.executable.startswith(sys.prefix))
    print(ext.add(2, 3), numpy.linalg.solve([[2.0, 0.0], [0.0, 4.0]], [1.0, 1.0]), zlib.crc32(b"x"))
    print(sqlite3.connect(":memory:").execute("select sqlite_version(), 2 * 3").fetchall(), ssl.OPENSSL_VERSION, len(ssl.create_default_context().get_ca_certs()) > 0)
    print(ctypes.CDLL("libm.so.6").abs(-3), ctypes.CDLL(None).getpid() > 0)
    for method in "fork", "spawn", "forkserver":
        with multiprocessing.get_context(method).Pool(2) as pool:
            print(method, pool.map(square, range(4)))
    print(subprocess.check_output([sys.executable, "-c", "import ext, sys; print(ext.add(1, 1), sys.prefix != sys.base_prefix)"]))
    try:
        import tkinter
        print("tkinter", tkinter.TkVersion)
    except ImportError as error:
        print("no tkinter:", error.name)
END
python3 job.py && python job.py | tail -n 1 && tool a "b c" && edited
python3 -m pip --disable-pip-version-check list --format=freeze && python3 -m pip --disable-pip-version-check check
python3 -m venv --without-pip /tmp/inner && /tmp/inner/bin/python3 -c 'import sys; print(sys.prefix, sys.version_info[:2])'
`;

export const python: PrefixKind = {
	kind: 'Python',
	jobs: [
		{
			name: 'venv',
			packages,
			build: `${standalone}${projects}py/bin/python3 -m venv v\n${install}`,
			path: 'v/bin',
			pack: ['./v', '--with', './edit'],
			run: use,
		},
		{
			name: 'virtualenv',
			packages: [...packages, 'virtualenv'],
			build: `${standalone}${projects}virtualenv --quiet --no-download --python=py/bin/python3 v\n${install}`,
			path: 'v/bin',
			pack: ['./v', '--with', './edit'],
			run: use,
		},
		{
			name: 'long-path',
			packages,
			build: `${standalone}${projects}d="$PWD/${'a-very-long-directory/'.repeat(7)}"
mkdir -p "$d"
mv py tool edit ext.c "$d"
cd "$d"
py/bin/python3 -m venv v
${install}head -c 2 v/bin/tool | grep -q '#!' && sed -n 2p v/bin/tool | grep -q exec
ln -s "$d/v" "$OLDPWD/v"
ln -s "$d/edit" "$OLDPWD/edit"
`,
			path: 'v/bin',
			pack: ['./v', '--with', './edit'],
			run: use,
		},
		{
			name: 'system-site',
			packages: [...packages, 'python3-pygments'],
			build: `${projects}sed -i 's/^version.*/&\\ndependencies = ["numpy", "Pygments"]/' tool/pyproject.toml
sed -i 's/^def main.*/&\\n    import pygments, numpy\\n    print(pygments.__version__, numpy.arange(3))/' tool/src/tool/__init__.py
python3 -m venv --system-site-packages v
PYTHONPATH=/usr/lib/python3/dist-packages v/bin/python3 -m pip --quiet --disable-pip-version-check --no-cache-dir install --no-index --no-build-isolation --no-deps ./tool
`,
			path: 'v/bin',
			pack: ['./v'],
			run: `tool a && python3 -c 'import numpy, pygments, sys; print(numpy.zeros(2), pygments.__name__, sys.prefix != sys.base_prefix)'`,
		},
		{
			name: 'user-scripts',
			packages: [...packages, 'python3-pip', 'python3-pygments'],
			home: 'home',
			build: `${projects}sed -i 's/^version.*/&\\ndependencies = ["edited", "Pygments"]/' tool/pyproject.toml
sed -i 's/^def main.*/&\\n    import pygments, edited\\n    print(pygments.__version__); edited.main()/' tool/src/tool/__init__.py
mkdir home
for project in tool edit; do
	HOME=$PWD/home python3 -m pip --quiet --disable-pip-version-check --no-cache-dir install --user --break-system-packages --no-index --no-build-isolation --no-deps ./$project
done
`,
			path: 'home/.local/bin',
			pack: ['./home/.local/bin/tool'],
			run: 'tool a "b c"',
		},
	],
};
