/**
 * R: a shell script with its home compiled in, which starts a program with hundreds of objects of its
 * own, which starts programs of the host. Under `enforce` and without, on every host, it says what the
 * R of this machine says.
 */
import {execFile} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';
import test, {type ExecutionContext} from 'ava';
import {needHost} from '../helpers/run/host-need.js';
import {need} from '../helpers/run/need.js';
import {script} from '../helpers/run/on-hosts.js';
import {packOnce} from '../helpers/run/packed.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {compileProgram} from '../helpers/worlds/audit-world.js';
import {makeScratch} from '../helpers/worlds/scratch.js';
import {targetHosts} from '../hosts/lib/recipes.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';

const execute = promisify(execFile);

/** `R CMD` has sed read files of R's home, and no package depends on it: every Debian has one. */
async function packR(t: ExecutionContext): Promise<string | undefined> {
	const targets = ['/usr/bin/R', '/usr/bin/Rscript', 'deb:tzdata'];
	return await packOnce(t, [...targets, '--name', 'R']);
}

const environment = {PATH: '/usr/bin:/bin', TZ: 'UTC'};

const program = String.raw`
a <- matrix(c(4, 2, 1, 3, 5, 2, 1, 1, 6), 3)
print(solve(a, c(1, 2, 3))); print(svd(a)$d); print(eigen(crossprod(a))$values)
library(stats); library(methods); library(grid); library(splines); library(parallel); library(tools)
print(coef(lm(dist ~ speed, data = cars))); set.seed(1); print(rnorm(3)); print(fft(1:4))
setClass("P", representation(x = "numeric")); print(new("P", x = 3)@x)

drawn <- function(device, name, ...) {
	file <- file.path(tempdir(), name); device(file, ...)
	plot(1:3, main = "title"); text(2, 2, "words"); invisible(dev.off()); file
}
print(readLines(drawn(pdf, "a.pdf"), 1))
print(sum(grepl("glyph", readLines(drawn(svg, "a.svg"), warn = FALSE))) > 10)
print(readBin(drawn(png, "a.png", type = "cairo"), "raw", 4))

print(regmatches("a1b22", gregexpr("[0-9]+", "a1b22"))[[1]])
print(gsub("(?<=a)\\d", "#", "a1b22", perl = TRUE))
print(iconv("\xe9", "latin1", "UTF-8") == "\u00e9")
print(format(as.POSIXct(0, origin = "1970-01-01", tz = "America/New_York"), usetz = TRUE))
print(attr(as.POSIXlt(Sys.time(), tz = "Europe/Berlin"), "tzone"))

library.dynam.unload("splines", system.file(package = "splines"))
dyn.load(file.path(R.home("library"), "splines", "libs", "splines.so"))
print(is.loaded("spline_basis", "splines"))
print(unlist(mclapply(1:3, function(i) i^2, mc.cores = 2)))
cluster <- makeCluster(2); print(unlist(clusterApply(cluster, 1:2, sqrt))); stopCluster(cluster)

print(system("env | grep -c -e GCONV_PATH -e TZDIR -e LD_PRELOAD", intern = FALSE))
print(system2("sh", c("-c", shQuote("echo $0 'a  b'; exit 3")), stdout = TRUE))
file <- tempfile(); saveRDS(cars, file); print(identical(readRDS(file), cars))
print(c(R.home(), .Library, tryCatch(stop("thrown"), error = conditionMessage)))
quit(status = 7)
`;

/** Without an audit, one host has to do. */
const audits = (name: string): readonly string[] =>
	name === 'empty' ? ['off', 'enforce'] : ['enforce'];

let asked: ReturnType<typeof answerHere> | undefined;

async function answerHere(t: ExecutionContext) {
	const file = join(makeScratch(t), 'program.R');
	writeFileSync(file, program);
	const answer = await execute('/usr/bin/Rscript', [file], {env: environment}).catch(
		(error: unknown) => error as {code: number; stdout: string; stderr: string},
	);
	const status = 'code' in answer ? answer.code : 0;
	return {status, signal: undefined, stdout: answer.stdout, stderr: answer.stderr};
}

for (const name of targetHosts) {
	test.serial(`R computes, draws and starts programs as here, on the ${name} host`, async t => {
		const host = await needHost(t, name);
		const bundle = host && (await packR(t));
		if (host === undefined || bundle === undefined) return;
		const expected = await (asked ??= answerHere(t));
		t.is(expected.status, 7, expected.stderr);
		for (const DYNPK_AUDIT of audits(name)) {
			const answer = await runOnHost(host, {
				bundle,
				argv: ['bin/Rscript', '/opt/program.R'],
				files: {'/opt/program.R': program},
				env: {DYNPK_AUDIT, TZ: 'UTC'},
			});
			t.deepEqual(answer, expected, DYNPK_AUDIT);
		}
	});

	test.serial(`R takes its options, and installs a package, on the ${name} host`, async t => {
		const host = await needHost(t, name);
		const bundle = host && (await packR(t));
		if (host === undefined || bundle === undefined) return;
		for (const DYNPK_AUDIT of audits(name)) {
			const answer = await runOnHost(host, {bundle, ...commands, env: {DYNPK_AUDIT}});
			t.is(answer.status, 0, answer.stderr);
			t.is(
				answer.stdout,
				'> 6 * 7\n[1] 42\n> \n> \n2 \nx\nb c\n/usr/lib/R\nwords\n3\n[1] "new here"\n',
				DYNPK_AUDIT,
			);
			t.regex(
				answer.stderr,
				/^\* installing \*source\* package 'fresh' \.\.\.\n.*\* DONE \(fresh\)\n$/su,
			);
		}
	});
}

const commands = script(String.raw`
R="$PWD/bin/R"; export R_LIBS="$HOME/lib"; cd
"$R" --vanilla -q -e '6 * 7'
echo 'cat(1 + 1, "\n")' | "$R" --vanilla --no-echo
"$R" -s -e 'writeLines(commandArgs(TRUE))' --args x 'b c'
"$R" RHOME
printf '%s\n' '\name{a}\title{t}\description{words}' > a.Rd
"$R" CMD Rd2txt a.Rd | sed -n 's/^ *words$/words/p'
"$R" --vanilla -s -e 'quit(status = 3)'; echo $?
mkdir -p fresh/R lib
printf '%s\n' 'Package: fresh' 'Version: 1.0' 'Title: T' 'Description: D.' 'Author: A' 'Maintainer: A <a@b.c>' 'License: GPL-2' > fresh/DESCRIPTION
echo 'export(f)' > fresh/NAMESPACE
echo 'f <- function() "new here"' > fresh/R/f.R
"$R" CMD INSTALL -l lib fresh >/dev/null
"$R" -s -e 'library(fresh); f()'
`);

test.serial('dyn.load of an object from outside is refused, with its name', async t => {
	const bundle = need(t, 'gcc') ? await packR(t) : undefined;
	if (bundle === undefined) return;
	const object = join(makeScratch(t), 'outside.so');
	await compileProgram('object.c', object, ['-shared', '-fPIC']);
	const load = `cat(tryCatch({dyn.load("${object}"); "loaded"}, error = conditionMessage))`;
	const run = async (mode: string) =>
		await runDynpk(['run', `--audit=${mode}`, bundle, 'Rscript', '-e', load]);
	t.is((await run('off')).stdout, 'loaded');
	const refused = await run('enforce');
	t.true(refused.stdout.includes(`dynpk: refused ${object}, outside the bundle`), refused.stdout);
});
