/**
 * The modules by which an older glibc reads /etc/passwd and asks the name system.
 *
 * Since 2.34 they are part of libc.so.6. Before, it loads them by name when a program first asks for
 * a user or a host, so that no closure leads to them; without them not even root is known.
 */
import {walkClosure} from '../closure/walk-closure.js';
import type {NamedObject, WalkedLoader, WalkedRoot} from './walked-payload.js';

export interface NssModule {
	readonly named: NamedObject;
	readonly root: WalkedRoot;
}

const modules = ['libnss_files.so.2', 'libnss_dns.so.2'];

/** Those of this loader's C library; what the sysroot lacks, its programs do without too. */
export function findNssModules(
	{facts, search, libraryDirectory}: WalkedLoader,
	roots: readonly WalkedRoot[],
): NssModule[] {
	if (facts.kind !== 'glibc' || !isOlder(facts.version)) {
		return [];
	}

	const libc = roots
		.filter(root => root.libraryDirectory === libraryDirectory)
		.flatMap(({closure}) => closure.linkMap)
		.find(({object}) => object.soname === 'libc.so.6');
	return modules.flatMap(name => {
		const found = libc === undefined ? undefined : search.locate(name, libc);
		if (found?.status !== 'found') {
			return [];
		}

		const {object, path} = found;
		const closure = walkClosure(object, path, search);
		return [
			{
				named: {object, path, names: [name], libraryDirectory},
				root: {role: 'object', path, closure, libraryDirectory},
			},
		];
	});
}

function isOlder(version: string | undefined): boolean {
	const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
	return major === 2 && minor < 34;
}
