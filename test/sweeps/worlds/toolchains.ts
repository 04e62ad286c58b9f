/** Compilers and what they need, in directories of their own: they find the rest from their own place. */
import type {World} from './world.js';

export const toolchains: readonly World[] = [
	{
		name: 'go',
		packages: ['golang-1.19-go'],
		build: 'cp -aL /usr/lib/go-1.19 go\n',
		path: 'go/bin',
		pack: ['./go/bin/go'],
		inputs: {
			'go.mod': 'module example.org/h\n\ngo 1.19\n',
			'h.go':
				'package main\n\nimport (\n\t"encoding/json"\n\t"fmt"\n\t"os"\n)\n\nfunc main() { _ = json.NewEncoder(os.Stdout).Encode(1); fmt.Println("x") }\n',
		},
		run: 'export GOFLAGS=-mod=mod GOPROXY=off CGO_ENABLED=0; go build -o h . && ./h && go vet . && go env GOROOT && go list -m',
	},
	{
		name: 'rust',
		packages: ['gcc'],
		from: '.rustup/toolchains/stable-',
		build: 'cp -al "$FROM" rust 2>/dev/null || cp -a "$FROM" rust\n',
		path: 'rust/bin',
		pack: ['./rust/bin/cargo', './rust/bin/rustc'],
		inputs: {
			'Cargo.toml': '[package]\nname = "h"\nversion = "1.0.0"\nedition = "2021"\n',
			'main.rs': 'fn main() { println!("{:?}", std::collections::HashMap::from([(1, 2)])); }\n',
		},
		run: 'mkdir src && cp main.rs src/ && CARGO_HOME=$PWD/cargo cargo build --offline --quiet && target/debug/h && rustc --print sysroot',
	},
	{
		name: 'clang',
		packages: ['clang-14', 'libc6-dev'],
		build: `mkdir -p llvm/bin llvm/lib
cp -aL /usr/lib/llvm-14/bin/clang llvm/bin/clang-14
ln -s clang-14 llvm/bin/clang
cp -aL /usr/lib/llvm-14/lib/clang llvm/lib/
cp -L /usr/lib/llvm-14/lib/libclang-cpp.so.14 llvm/lib/
cp -L /usr/lib/llvm-14/lib/libLLVM-14.so.1 llvm/lib/
`,
		path: 'llvm/bin',
		pack: ['./llvm/bin/clang'],
		inputs: {'h.c': '#include <stddef.h>\n#include <immintrin.h>\nint main(void) { return 0; }\n'},
		run: 'clang -O2 -ffreestanding -c h.c && clang -S -emit-llvm -ffreestanding h.c && clang --print-resource-dir',
	},
	{
		name: 'gcc',
		packages: ['gcc-12', 'libc6-dev', 'binutils'],
		build: `mkdir -p gcc/bin gcc/lib/gcc/x86_64-linux-gnu
cp /usr/bin/x86_64-linux-gnu-gcc-12 gcc/bin/gcc
cp -aL /usr/lib/gcc/x86_64-linux-gnu/12 gcc/lib/gcc/x86_64-linux-gnu/
for name in as ld; do cp -L /usr/bin/$name gcc/bin/$name; done
`,
		path: 'gcc/bin',
		pack: ['./gcc/bin/gcc'],
		inputs: {'h.c': '#include <stddef.h>\n#include <stdatomic.h>\nint main(void) { return 0; }\n'},
		run: 'gcc -O2 -c h.c && gcc -E h.c > /dev/null && gcc -flto -O2 -shared -nostdlib -fPIC -o h.so h.c && gcc --print-search-dirs',
	},
	{
		name: 'cmake',
		packages: ['cmake', 'cmake-data'],
		build: `mkdir -p cmake/bin cmake/share
for name in cmake ctest cpack; do cp /usr/bin/$name cmake/bin/; done
cp -aL /usr/share/cmake-3.25 cmake/share/
`,
		path: 'cmake/bin',
		pack: ['./cmake/bin/cmake', './cmake/bin/ctest', './cmake/bin/cpack'],
		inputs: {
			'CMakeLists.txt':
				'cmake_minimum_required(VERSION 3.10)\nproject(h VERSION 1.2 LANGUAGES NONE)\ninclude(GNUInstallDirs)\ninclude(CMakePackageConfigHelpers)\nwrite_basic_package_version_file(v.cmake COMPATIBILITY SameMajorVersion ARCH_INDEPENDENT)\nenable_testing()\nadd_test(NAME t COMMAND ${CMAKE_COMMAND} -E echo hi)\ninstall(FILES CMakeLists.txt DESTINATION share)\nset(CPACK_GENERATOR TGZ)\ninclude(CPack)\nadd_custom_target(all_of_it ALL COMMAND ${CMAKE_COMMAND} -E touch done)\n',
		},
		run: 'cmake -S . -B b >/dev/null || test -f b/v.cmake; cmake -E sha256sum CMakeLists.txt && cmake --help-module FindZLIB >/dev/null && cmake --version && ctest --version && cpack --help >/dev/null',
	},
	{
		name: 'jdk-tools',
		packages: ['openjdk-17-jdk-headless'],
		build: `mkdir jdk
(cd /usr/lib/jvm/java-17-openjdk-amd64 && tar -chf - --exclude=./docs --exclude=./man --exclude=./legal --ignore-failed-read .) 2>/dev/null | tar -C jdk -xf - || true
`,
		path: 'jdk/bin',
		pack: ['./jdk/bin/jshell', './jdk/bin/jlink', './jdk/bin/keytool', './jdk/bin/javadoc'],
		inputs: {
			'H.java':
				'/** Doc. */ public class H { public static void main(String[] a) { System.out.println(java.time.ZonedDateTime.now(java.time.ZoneId.of("Europe/Zurich")).getZone()); } }',
		},
		run: `echo 'System.out.println(1 + 1)' | jshell -s - && keytool -genkeypair -alias a -dname CN=a -keyalg RSA -storepass secret -keystore k.p12 && java H.java && javadoc -quiet -d doc H.java`,
	},
];
