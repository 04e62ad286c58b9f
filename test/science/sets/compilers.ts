/** Compilers and what drives them: what they link is run where it was linked. */
import type {ScienceKind} from '../set.js';

const project = {
	'CMakeLists.txt': `cmake_minimum_required(VERSION 3.18)
project(hello LANGUAGES C CXX Fortran)
find_package(Threads REQUIRED)
add_library(greet STATIC greet.cpp)
add_executable(hello main.c)
target_link_libraries(hello greet Threads::Threads)
add_executable(fortran sum.f90)
enable_testing()
add_test(NAME runs COMMAND hello)
`,
	'greet.cpp':
		'#include <string>\n#include <cstdio>\nextern "C" void greet() { std::string s = "hello"; std::puts(s.c_str()); }\n',
	'main.c':
		'#include <math.h>\n#include <stdio.h>\nvoid greet(void);\nint main(int c, char **v) { (void)v; greet(); printf("%.3f\\n", sqrt(c + 1.0)); return 0; }\n',
	'sum.f90':
		'program p\n integer :: i, s\n s = 0\n !$omp parallel do reduction(+:s)\n do i = 1, 100\n  s = s + i\n end do\n print *, s\nend program\n',
};

export const compilers: ScienceKind = {
	kind: 'Compilers',
	sets: [
		{
			name: 'gcc',
			packages: ['gcc', 'g++', 'gfortran', 'libc6-dev'],
			pack: ['gcc', 'g++', 'gfortran', 'deb:libc6-dev'],
			inputs: project,
			run: `cp -r . /tmp/b && cd /tmp/b && gcc -O2 -c main.c && g++ -c greet.cpp && g++ -o hello main.o greet.o -lm && ./hello &&
gfortran -fopenmp -o sum sum.f90 && ./sum && g++ -static -o st main.o greet.o -lm && ./st && gcc -v 2>&1 | tail -n 1`,
		},
		{
			name: 'cmake',
			packages: ['cmake', 'gcc', 'g++', 'gfortran', 'libc6-dev', 'make', 'ninja-build'],
			pack: ['cmake', 'ctest', 'make', 'ninja', 'gcc', 'g++', 'gfortran', 'deb:libc6-dev'],
			needsPlainPath: true,
			inputs: project,
			run: `cp -r . /tmp/src && cmake -S /tmp/src -B /tmp/b > /tmp/log 2>&1 || cat /tmp/log; cmake --build /tmp/b > /tmp/log2 2>&1 || cat /tmp/log2; /tmp/b/hello && /tmp/b/fortran &&
cmake -G Ninja -S /tmp/src -B /tmp/n > /dev/null && ninja -C /tmp/n > /dev/null && /tmp/n/hello; cd /tmp/b && ctest 2>&1 | grep -i passed`,
			varies: [/\d\.\d\d sec/gu],
		},
		{
			name: 'clang',
			packages: ['clang', 'libc6-dev', 'g++'],
			pack: ['clang', 'clang++', 'deb:libc6-dev'],
			inputs: project,
			run: 'cp -r . /tmp/b && cd /tmp/b && clang -O2 -c main.c && clang++ -c greet.cpp && clang++ -o hello main.o greet.o -lm && ./hello && clang --version | head -n 1 && clang -S -emit-llvm -o - main.c',
		},
		{
			name: 'meson',
			packages: ['meson', 'ninja-build', 'gcc', 'libc6-dev', 'ccache'],
			pack: ['meson', 'ninja', 'gcc', 'ccache', 'deb:libc6-dev'],
			inputs: {
				'meson.build': "project('hello', 'c')\nexecutable('hello', 'main.c')\n",
				'main.c': '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n',
			},
			run: 'cp -r . /tmp/src && cd /tmp && CC="ccache gcc" meson setup b src > log 2>&1 || cat log; ninja -C b > log 2>&1 || cat log; b/hello',
			env: {CCACHE_DIR: '/tmp/ccache'},
		},
		{
			name: 'ghc',
			packages: ['ghc', 'gcc', 'libc6-dev'],
			pack: ['ghc', 'deb:libc6-dev'],
			needsPlainPath: true,
			inputs: {
				'Main.hs':
					'import qualified Data.Map as M\nmain = print (M.toList (M.fromList [(2, "b"), (1, "a")]))\n',
			},
			run: 'cp Main.hs /tmp && cd /tmp && runghc Main.hs && ghc -v0 Main.hs -o main && ./main && ghc --info | head -n 3',
		},
		{
			name: 'ocamlopt',
			packages: ['ocaml-nox', 'gcc', 'libc6-dev'],
			pack: ['ocamlopt', 'ocamlc', 'ocamlrun', 'deb:libc6-dev'],
			inputs: {'a.ml': 'let () = print_endline (String.concat "," ["a"; "b"])\n'},
			run: 'cp a.ml /tmp && cd /tmp && ocamlc -o b a.ml && ocamlrun b && ocamlopt -o a a.ml && ./a',
		},
		{
			name: 'autotools',
			packages: ['autoconf', 'automake', 'libtool', 'make', 'bison', 'flex', 'm4'],
			pack: ['autoreconf', 'bison', 'flex', 'm4', 'deb:automake', 'deb:libtool'],
			inputs: {
				'configure.ac':
					'AC_INIT([x],[1])\nAM_INIT_AUTOMAKE([foreign])\nLT_INIT\nAC_CONFIG_FILES([Makefile])\nAC_OUTPUT\n',
				'Makefile.am': 'EXTRA_DIST = a\n',
				'g.y': '%token A\n%%\ns: A;\n%%\n',
				'l.l': '%%\na return 1;\n%%\n',
			},
			run: 'mkdir /tmp/x && cp * /tmp/x && cd /tmp/x && autoreconf -i > log 2>&1 || cat log; ls; wc -l configure; bison g.y && flex l.l && cp g.tab.c lex.yy.c configure Makefile.in "$OLDPWD"',
		},
	],
};
