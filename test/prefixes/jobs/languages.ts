/** Languages in directories of their own. */
import type {PrefixKind} from '../prefix-job.js';

const addOn = `cat > adder.c <<'END'
#include <stddef.h>
typedef struct napi_env__ *napi_env; typedef struct napi_value__ *napi_value; typedef struct napi_callback_info__ *napi_callback_info;
typedef napi_value (*napi_callback)(napi_env, napi_callback_info);
int napi_get_cb_info(napi_env, napi_callback_info, size_t *, napi_value *, napi_value *, void **);
int napi_get_value_double(napi_env, napi_value, double *); int napi_create_double(napi_env, double, napi_value *);
int napi_create_function(napi_env, const char *, size_t, napi_callback, void *, napi_value *);
int napi_set_named_property(napi_env, napi_value, const char *, napi_value);
static napi_value add(napi_env e, napi_callback_info i) { size_t n = 2; napi_value v[2], r; double a, b; napi_get_cb_info(e, i, &n, v, NULL, NULL);
napi_get_value_double(e, v[0], &a); napi_get_value_double(e, v[1], &b); napi_create_double(e, a + b, &r); return r; }
napi_value napi_register_module_v1(napi_env e, napi_value exports) { napi_value f; napi_create_function(e, "add", 3, add, NULL, &f); napi_set_named_property(e, exports, "add", f); return exports; }
END
mkdir -p app/node_modules/adder/build/Release app/node_modules/.bin
gcc -shared -fPIC -o app/node_modules/adder/build/Release/adder.node adder.c
echo '{"name": "adder", "version": "1.0.0", "main": "index.js", "bin": {"add": "add.js"}}' > app/node_modules/adder/package.json
echo 'module.exports = require("./build/Release/adder.node");' > app/node_modules/adder/index.js
printf '#!/usr/bin/env node\\nconsole.log(require("adder").add(...process.argv.slice(2).map(Number)), require("node:path").basename(process.argv[1]));\\n' > app/node_modules/adder/add.js
chmod +x app/node_modules/adder/add.js
ln -s ../adder/add.js app/node_modules/.bin/add
`;

export const languages: PrefixKind = {
	kind: 'Languages',
	jobs: [
		{
			name: 'node',
			packages: ['gcc', 'libc6-dev'],
			build: `${addOn}node=$(realpath "$(PATH=/usr/local/bin:$PATH command -v node)")
mkdir -p node/bin node/lib/node_modules
cp "$node" node/bin/
cp -a "$(dirname "$node")/../lib/node_modules/npm" node/lib/node_modules/
for name in npm npx; do ln -s ../lib/node_modules/npm/bin/$name-cli.js node/bin/$name; done
ln -s ../../app/node_modules/.bin/add node/bin/add
`,
			path: 'node/bin',
			pack: ['./node', './app/node_modules/.bin/add', '--with', './app/node_modules'],
			inputs: {
				'project/package.json':
					'{"name": "project", "version": "1.0.0", "scripts": {"hello": "node hello.js && dep from-run"}}',
				'project/hello.js': 'console.log("hello", process.env.npm_package_name, typeof fetch);\n',
				'dep/package.json': '{"name": "dep", "version": "2.0.0", "bin": {"dep": "dep.js"}}',
				'dep/dep.js': '#!/usr/bin/env node\nconsole.log("dep", ...process.argv.slice(2));\n',
			},
			run: `add 2 3 && node -p '[process.version, require("node:crypto").createHash("sha256").update("x").digest("hex"), require("node:child_process").execFileSync(process.execPath, ["-p", "1+1"]).toString()]'
chmod +x dep/dep.js && cd project && npm --version && npx --version && npm install --silent --offline --no-audit --no-fund ../dep && npm run --silent hello && npx --offline dep x && npm ls && npm pkg get name && npm pack --silent && node --test --version`,
		},
		{
			name: 'jdk',
			packages: ['openjdk-17-jdk-headless', 'gcc', 'libc6-dev'],
			build: `mkdir jdk
(cd /usr/lib/jvm/java-17-openjdk-amd64 && tar -chf - --exclude=./docs --exclude=./man --exclude=./legal --ignore-failed-read .) 2>/dev/null | tar -C jdk -xf - || true
test -x jdk/bin/javac
mkdir -p app/bin app/lib app/classes
cat > Main.java <<'END'
import java.nio.charset.StandardCharsets; import java.security.MessageDigest; import java.util.*;
public class Main { static native int twice(int n); static { System.loadLibrary("twice"); }
public static void main(String[] words) throws Exception { System.out.println(twice(21) + " " + String.join(",", words) + " " + System.getProperty("java.version"));
System.out.println(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest("x".getBytes(StandardCharsets.UTF_8))) + " " + javax.net.ssl.SSLContext.getDefault().getProtocol());
Process child = new ProcessBuilder(System.getProperty("java.home") + "/bin/java", "--version").start(); System.out.println(new String(child.getInputStream().readAllBytes()).lines().count() + " " + child.waitFor());
System.out.println(java.time.ZonedDateTime.of(2020, 7, 1, 0, 0, 0, 0, java.time.ZoneId.of("Europe/Zurich")) + " " + Locale.GERMANY.getDisplayCountry(Locale.GERMAN)); } }
END
cat > twice.c <<'END'
#include <jni.h>
JNIEXPORT jint JNICALL Java_Main_twice(JNIEnv *e, jclass c, jint n) { return 2 * n; }
END
jdk/bin/javac -d app/classes Main.java
gcc -shared -fPIC -Ijdk/include -Ijdk/include/linux -o app/lib/libtwice.so twice.c
jdk/bin/jar --create --file app/app.jar --main-class Main -C app/classes .
printf '#!/bin/sh\\ntop=$(dirname "$0")/..\\nexec java -Djava.library.path="$top/lib" -jar "$top/app.jar" "$@"\\n' > app/bin/app
chmod +x app/bin/app
for name in java javac jar; do ln -s ../../jdk/bin/$name app/bin/$name; done
`,
			path: 'app/bin',
			pack: ['./jdk', './app/bin/app', '--with', './app'],
			inputs: {
				'Hello.java':
					'public class Hello { public static void main(String[] a) { System.out.println("hello " + a.length); } }\n',
			},
			run: 'app one "two three" && javac -d classes Hello.java && java -cp classes Hello x && jar --create --date 2020-01-01T00:00:00Z --file h.jar -C classes . && java -cp h.jar Hello && rm -r classes h.jar',
		},
		{
			name: 'r',
			packages: ['r-base-core'],
			build: `mkdir -p r/lib r/bin r/share
cp -aL /usr/lib/R r/lib/ 2>/dev/null || true
cp -aL /usr/share/R r/share/
sed -i -e "s|^R_HOME_DIR=.*|R_HOME_DIR=$PWD/r/lib/R|" -e "s|/usr/share/R|$PWD/r/share/R|g" r/lib/R/bin/R
ln -s ../lib/R/bin/R r/bin/R
mkdir -p lib-of-project
`,
			path: 'r/bin',
			pack: ['./r'],
			run: `R --version | head -n 1 && R --vanilla --no-echo -e 'library(stats4); cat(R.version.string, nchar("é"), "\\n"); print(summary(lm(dist ~ speed, cars))); print(solve(matrix(c(2, 0, 0, 4), 2)))' && R --vanilla --no-echo -e 'cat(system2(file.path(R.home("bin"), "R"), c("--vanilla", "--no-echo", "-e", shQuote("cat(1+1)")), stdout = TRUE), "\\n"); print(parallel::mclapply(1:2, function(n) n^2, mc.cores = 2))'`,
		},
		{
			name: 'julia-like',
			packages: ['gcc', 'libc6-dev'],
			build: `mkdir -p julia/bin julia/lib/julia julia/share/julia/stdlib/v1.9/Test julia/etc/julia julia/libexec/julia
echo 'module Test' > julia/share/julia/stdlib/v1.9/Test/Test.jl
cat > lib.c <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
int start(const char *word) { char p[4096], q[4200], l[99] = "nothing"; Dl_info i; dladdr((void *)start, &i); strcpy(p, i.dli_fname); *strrchr(p, '/') = 0;
snprintf(q, sizeof q, "%s/julia/sys.so", p); void *h = dlopen(q, RTLD_NOW); printf("%s %s\\n", word, h ? *(const char **)dlsym(h, "image") : dlerror());
snprintf(q, sizeof q, "%s/../share/julia/stdlib/v1.9/Test/Test.jl", p); FILE *f = fopen(q, "r"); if (f) fgets(l, sizeof l, f); fputs(l, stdout); return !f; }
END
echo 'const char *image = "image";' > sys.c
echo 'int start(const char *); int main(int c, char **v) { return start(c > 1 ? v[1] : ""); }' > main.c
gcc -shared -fPIC -o julia/lib/libjulia.so.1 -Wl,-soname,libjulia.so.1 lib.c
gcc -shared -fPIC -o julia/lib/julia/sys.so sys.c
gcc -o julia/bin/julia main.c julia/lib/libjulia.so.1 '-Wl,-rpath,$ORIGIN/../lib'
`,
			path: 'julia/bin',
			pack: ['./julia/bin/julia'],
			run: 'julia run',
		},
		{
			name: 'perl',
			packages: ['perl'],
			build: `mkdir -p p/bin p/lib/5.36
for directory in /usr/share/perl/5.36 /usr/lib/x86_64-linux-gnu/perl-base /usr/lib/x86_64-linux-gnu/perl/5.36; do cp -rL $directory/. p/lib/5.36/; done
perl -0777 -pe 'for my $old ("/usr/lib/x86_64-linux-gnu/perl-base", "/usr/lib/x86_64-linux-gnu/perl/5.36", "/usr/lib/x86_64-linux-gnu/perl5/5.36") { my $new = "$ENV{PWD}/p/lib/5.36"; die "too long: $new" if length $new > length $old; my $fill = "/" x (length($old) - length $new); $new =~ s|/lib/5|$fill/lib/5|; s/\\Q$old\\E(?=\\0)/$new/g; }' /usr/bin/perl > p/bin/perl
chmod +x p/bin/perl
printf "#!$PWD/p/bin/perl\\nuse strict; use warnings; use List::Util 'sum'; print sum(@ARGV), qq{\\\\n};\\n" > p/bin/add
chmod +x p/bin/add
`,
			path: 'p/bin',
			pack: ['./p'],
			run: `add 1 2 3 && perl -MDigest::SHA=sha256_hex -MEncode -MPOSIX=floor -MTime::HiRes -MData::Dumper -e 'print sha256_hex("x"), " ", length(decode("UTF-8", "\\xc3\\xa9")), " ", floor(2.5), " $]\\n"; print Dumper({a => [1]}); print qx{"$^X" -e "print 6*7"}, "\\n"'`,
		},
		{
			name: 'ruby',
			packages: ['ruby3.1', 'libruby3.1', 'perl', 'gcc', 'libc6-dev'],
			// Of paths that are compiled in, a shorter one with slashes takes the place.
			build: `mkdir -p r/bin r/lib/ruby
cp -rL /usr/lib/ruby/3.1.0 r/lib/ruby/ 2>/dev/null || true
cp -rL /usr/lib/ruby/vendor_ruby/. r/lib/ruby/3.1.0/ 2>/dev/null || true
cp -rL /usr/lib/x86_64-linux-gnu/ruby/3.1.0 r/lib/ruby/3.1.0/x86_64-linux-gnu
ln -s ruby/3.1.0/x86_64-linux-gnu r/lib/arch
sed -i "s|\"/usr\"|\"$PWD/r\"|" r/lib/ruby/3.1.0/x86_64-linux-gnu/rbconfig.rb
perl -0777 -pe 'my %places = ("/usr/lib/x86_64-linux-gnu/ruby/3.1.0" => "/r/lib/arch", "/usr/lib/x86_64-linux-gnu/ruby/vendor_ruby/3.1.0" => "/r/lib/ruby/3.1.0"); for my $old (keys %places) { my $new = $ENV{PWD} . $places{$old}; die "too long: $new" if length $new > length $old; my $fill = "/" x (length($old) - length $new); $new =~ s|/r/lib|$fill/r/lib|; s/\\Q$old\\E(?=\\0)/$new/g; }' /usr/lib/x86_64-linux-gnu/libruby-3.1.so.3.1 > r/lib/libruby-3.1.so.3.1
echo 'void ruby_sysinit(int *, char ***); void ruby_init_stack(void *); void ruby_init(void); void *ruby_options(int, char **); int ruby_run_node(void *);
int main(int c, char **v) { void *here; ruby_sysinit(&c, &v); ruby_init_stack(&here); ruby_init(); return ruby_run_node(ruby_options(c, v)); }' > main.c
gcc -o r/bin/ruby main.c r/lib/libruby-3.1.so.3.1 '-Wl,-rpath,$ORIGIN/../lib'
printf "#!$PWD/r/bin/ruby\\nrequire 'set'\\nputs Set.new(ARGV).size\\n" > r/bin/count
chmod +x r/bin/count
`,
			path: 'r/bin',
			pack: ['./r'],
			run: `count a b a && ruby -e 'require "json"; require "digest"; require "openssl"; require "set"; puts JSON.generate({a: 1}), Digest::SHA256.hexdigest("x"), RUBY_VERSION, OpenSSL::VERSION'`,
		},
	],
};
