/**
 * A virtual environment's configuration that holds wherever the bundle lies.
 *
 * `home` says in which directory Python was when the environment was made, and Python looks for its
 * library from there (PEP 405; CPython's Modules/getpath.py). Without the line it starts from its own
 * file, as any Python does, and still knows its environment by the file's being there.
 */

const placeKeys = new Set([
	'home',
	'executable',
	'command',
	'base-prefix',
	'base-exec-prefix',
	'base-executable',
]);

export function relocatableVenv(configuration: Buffer): Buffer {
	const lines = configuration.toString('utf8').split(/(?<=\n)/u);
	const kept = lines.filter(line => {
		const key = line.split('=')[0] ?? '';
		return !placeKeys.has(key.trim().toLowerCase());
	});
	return Buffer.from(kept.join(''));
}
