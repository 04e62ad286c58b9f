/**
 * Programs of a newer Debian on older ones: what the loader there complains of is what we say that the release
 * lacks, node by node.
 */
import {lstatSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {readElf} from '../../lib/elf/read-elf.js';
import type {ElfObject} from '../../lib/elf/elf-object.js';
import {hostPath, sysrootPath} from '../../lib/paths/paths.js';
import {distributions, type Distribution} from '../../lib/requirements/distributions.js';
import {compareNodes, gatherRequirements} from '../../lib/requirements/requirements.js';
import {judge} from '../../lib/requirements/verdicts.js';
import {bundlePlace} from '../hosts/lib/prepare-entry.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';
import {runCommand} from '../helpers/run/command.js';
import {needHost} from '../helpers/run/host-need.js';
import {missingHere} from '../helpers/run/need.js';

/** C++ of the newest compiler, what has many libraries, and what needs hardly anything. */
const packages = ['cmake', 'ninja-build', 'git', 'libstdc++6'];
/** Those whose nodes the data tell. */
const libraries = ['libstdc++6', 'libgcc-s1', 'libatomic1', 'zlib1g'];
/** Nodes of libraries that a host has of its own, which verdicts are about. */
const TOLD = /^(?:GLIBC|GLIBCXX|CXXABI|GCC|LIBATOMIC|ZLIB)_/u;
/** EM_X86_64 (elf.h). */
const X86_64 = 62;
const LOADER = '/lib64/ld-linux-x86-64.so.2';
/** Each file by its loader, which says all that it would end for, and starts nothing. */
const script = `for file; do
	echo "file $file"
	LD_TRACE_LOADED_OBJECTS=1 LD_WARN=1 ${LOADER} "$file" 2>&1
done`;

interface Program {
	/** Below the root. */
	readonly path: string;
	readonly object: ElfObject;
}

function* filesBelow(root: string, directory = ''): Generator<string> {
	for (const name of readdirSync(join(root, directory)).sort()) {
		const path = join(directory, name);
		const status = lstatSync(join(root, path));
		if (status.isDirectory()) yield* filesBelow(root, path);
		else if (status.isFile()) yield path;
	}
}

/** What is dynamic and of this machine. */
function programsOf(root: string): readonly Program[] {
	return [...filesBelow(root, 'usr')].flatMap(path => {
		const file = join(root, path);
		if (readFileSync(file).subarray(0, 4).toString('latin1') !== '\u007FELF') return [];
		const object = readElf(hostPath(file));
		return object.isDynamic && object.machine === X86_64 ? [{path, object}] : [];
	});
}

/** Of nodes with numbers the highest of each family, for that is what a verdict names. */
function highestOf(nodes: readonly string[]): readonly string[] {
	const sorted = [...new Set(nodes)].sort((one, other) => compareNodes(other, one));
	const families = new Set<string>();
	return sorted
		.filter(node => {
			const family = /^([A-Z]+)_[\d.]+$/u.exec(node)?.[1] ?? node;
			return !families.has(family) && families.add(family);
		})
		.sort();
}

/** Of libc's own parts the loader finds the node `GLIBC_PRIVATE`; that what it holds is another's, it does not know. */
function lackedBy(release: Distribution, {path, object}: Program): readonly string[] {
	const {reasons} = judge(gatherRequirements([{path: sysrootPath(`/${path}`), object}]), release);
	return reasons
		.map(({needs}) => needs.name)
		.filter(name => !name.startsWith('Linux ') && name !== 'GLIBC_PRIVATE')
		.sort();
}

/** By file, the nodes that the loader does not find and that the file itself asks for. */
function readComplaints(said: string): ReadonlyMap<string, readonly string[]> {
	const complaints = new Map<string, string[]>();
	let file = '';
	for (const line of said.split('\n')) {
		file = /^file (?<file>.*)$/u.exec(line)?.groups?.file ?? file;
		const told = /: version `(?<node>[^']+)' not found \(required by (?<by>.*)\)$/u.exec(
			line,
		)?.groups;
		const nodes = complaints.get(file) ?? [];
		if (told?.by === file && TOLD.test(told.node!)) nodes.push(told.node!);
		complaints.set(file, nodes);
	}

	return complaints;
}

function compare(
	t: ExecutionContext,
	release: Distribution,
	programs: readonly Program[],
	{said, root}: {readonly said: string; readonly root: string},
): void {
	const complaints = readComplaints(said);
	const wrong = programs.flatMap(program => {
		const nodes = complaints.get(join(root, program.path));
		const theirs = nodes === undefined ? 'nothing' : highestOf(nodes).join(' ');
		const ours = lackedBy(release, program).join(' ');
		return theirs === ours ? [] : [`${program.path}: we say ${ours}; the loader ${theirs}`];
	});
	const lacking = programs.filter(program => lackedBy(release, program).length > 0);
	t.log(
		`${release.id}: compared ${programs.length} files, of which ${lacking.length} lack something; ${wrong.length} wrong`,
	);
	t.deepEqual(wrong, []);
	t.true(lacking.length > 0 && programs.length > 100);
}

test('what programs of Debian 13 lack on Debian 11 is what its loader says', async t => {
	const newer = await needHost(t, 'trixie', packages);
	const older = await needHost(t, 'bullseye', libraries);
	if (newer === undefined || older === undefined) return;
	const programs = programsOf(newer.root);
	const files = programs.map(({path}) => join(bundlePlace, path));
	const argv = ['/bin/sh', '-c', script, 'sh', ...files];
	const {stdout} = await runOnHost(older, {argv, bundle: newer.root});
	const release = distributions.find(({id}) => id === 'debian-11')!;
	compare(t, release, programs, {said: stdout, root: bundlePlace});
});

test('what they lack on Debian 12 is what its loader says', async t => {
	const newer = await needHost(t, 'trixie', packages);
	if (newer === undefined) return;
	if (!readFileSync('/etc/os-release', 'latin1').includes('VERSION_ID="12"')) {
		missingHere(t, 'needs a machine with Debian 12');
		return;
	}

	const programs = programsOf(newer.root);
	const files = programs.map(({path}) => join(newer.root, path));
	const {stdout} = await runCommand('sh', ['-c', script, 'sh', ...files]);
	const release = distributions.find(({id}) => id === 'debian-12')!;
	compare(t, release, programs, {said: stdout, root: newer.root});
});
