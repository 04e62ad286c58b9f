/**
 * A world of RPM packages made from what Debian's packages have installed on this machine, with the
 * soname requires and provides that rpm's own generators find.
 */
import {execFileSync} from 'node:child_process';
import {lstatSync, readFileSync, readlinkSync} from 'node:fs';
import {hostPath, type HostPath} from '../../../lib/paths/paths.js';
import {buildRpm, type TreeItem} from './rpm-build.js';

/** Build one RPM of each installed package: its programs and libraries, nothing else. */
export function buildRpmWorld(directory: string, names: readonly string[]): readonly HostPath[] {
	return names.map(name => {
		const list = execFileSync('dpkg-query', ['-L', name], {encoding: 'utf8'}).split('\n');
		const wanted = list.filter(path =>
			/^(?:\/usr)?\/s?bin\/|^(?:\/usr)?\/lib(?:64)?\//u.test(path),
		);
		const tree = Object.fromEntries(wanted.flatMap(treeEntry));
		const rpmName = name.replace(/:.*/u, '').replace(/[^\w.+-]/gu, '_');
		return hostPath(buildRpm(directory, {name: rpmName, arch: 'x86_64', autoReqProv: true, tree}));
	});
}

/** Executable throughout, because rpm looks for dependencies in executable files only. */
function treeEntry(path: string): readonly [string, TreeItem][] {
	const status = lstatSync(path);
	if (status.isSymbolicLink()) {
		return [[path, {link: readlinkSync(path)}]];
	}

	return status.isFile() ? [[path, {content: readFileSync(path), mode: 0o755}]] : [];
}
