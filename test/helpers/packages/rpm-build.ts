/**
 * Packages made by rpmbuild from a literal: a tree of files and the lines of a spec file.
 *
 * No macro of the machine's configuration takes part, so the result is the same everywhere.
 */
import {execFileSync} from 'node:child_process';
import {chmodSync, linkSync, mkdirSync, readdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';

export type TreeLiteral = Readonly<Record<string, TreeItem>>;

/** Text of a file, or what else it is. */
export type TreeItem =
	| string
	| Buffer
	| {readonly link: string}
	| {readonly hardLink: string}
	| {readonly content: string | Buffer; readonly mode: number}
	| {readonly directory: true; readonly mode?: number};

export interface RpmSpec {
	readonly name: string;
	readonly version?: string;
	readonly release?: string;
	readonly arch?: string;
	readonly tree?: TreeLiteral;
	/** Further lines of the preamble, such as `Requires: bash >= 5`. */
	readonly preamble?: readonly string[];
	/** Whole sections, such as `%post`. */
	readonly sections?: readonly string[];
	/** Lines of `%files`; by default every path of the tree. */
	readonly files?: readonly string[];
	/** Such as `w9.gzdio`. */
	readonly payload?: string;
	/** Let rpm generate soname dependencies. */
	readonly autoReqProv?: boolean;
	readonly defines?: Readonly<Record<string, string>>;
}

/** Build into `directory` and name the binary package. */
export function buildRpm(directory: string, spec: RpmSpec): string {
	const top = join(directory, `build-${spec.name}-${spec.version ?? '1'}`);
	const source = join(top, 'tree');
	mkdirSync(source, {recursive: true});
	writeTree(source, spec.tree ?? {});
	const specFile = join(top, `${spec.name}.spec`);
	writeFileSync(specFile, specText(spec, source));
	const defines = {
		_topdir: top,
		_tmppath: top,
		_dbpath: join(top, 'db'),
		_rpmdir: join(top, 'out'),
		_rpmfilename: '%%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm',
		_build_id_links: 'none',
		__os_install_post: '%{nil}',
		_binary_payload: spec.payload ?? 'w1.gzdio',
		debug_package: '%{nil}',
		...spec.defines,
	};
	const flags = Object.entries(defines).flatMap(([name, value]) => [
		'--define',
		`${name} ${value}`,
	]);
	execFileSync('rpmbuild', ['-bb', '--quiet', '--nodeps', ...targetOf(spec), ...flags, specFile], {
		stdio: ['ignore', 'ignore', 'pipe'],
		env: {PATH: process.env.PATH, HOME: top, LC_ALL: 'C.UTF-8', SOURCE_DATE_EPOCH: '1700000000'},
	});
	const [file] = readdirSync(join(top, 'out')).filter(name => name.endsWith('.rpm'));
	if (file === undefined) {
		throw new Error(`rpmbuild made nothing of ${spec.name}`);
	}

	return join(top, 'out', file);
}

function targetOf(spec: RpmSpec): readonly string[] {
	return ['--target', `${spec.arch ?? 'noarch'}-linux`];
}

function specText(spec: RpmSpec, source: string): string {
	return [
		`Name: ${spec.name}`,
		`Version: ${spec.version ?? '1'}`,
		`Release: ${spec.release ?? '1'}`,
		'Summary: made by a test',
		'License: none',
		`AutoReqProv: ${spec.autoReqProv === true ? 'yes' : 'no'}`,
		...(spec.preamble ?? []),
		'%description',
		'Made by a test.',
		'%install',
		`cp -a "${source}/." "%{buildroot}/"`,
		...(spec.sections ?? []),
		'%files',
		...(spec.files ?? Object.keys(spec.tree ?? {}).map(fileLine(spec.tree ?? {}))),
		'',
	].join('\n');
}

function fileLine(tree: TreeLiteral): (path: string) => string {
	return path => {
		const item = tree[path];
		return typeof item === 'object' && 'directory' in item ? `%dir "${path}"` : `"${path}"`;
	};
}

export function writeTree(root: string, tree: TreeLiteral): void {
	for (const [path, item] of Object.entries(tree)) {
		const target = join(root, path);
		mkdirSync(dirname(target), {recursive: true});
		writeItem(root, target, item);
	}
}

function writeItem(root: string, target: string, item: TreeItem): void {
	if (typeof item === 'string' || Buffer.isBuffer(item)) {
		writeFileSync(target, item);
		chmodSync(target, 0o644);
	} else if ('link' in item) {
		symlinkSync(item.link, target);
	} else if ('hardLink' in item) {
		linkSync(join(root, item.hardLink), target);
	} else if ('directory' in item) {
		mkdirSync(target, {recursive: true});
		chmodSync(target, item.mode ?? 0o755);
	} else {
		writeFileSync(target, item.content);
		chmodSync(target, item.mode);
	}
}
