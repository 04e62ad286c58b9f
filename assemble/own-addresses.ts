/**
 * `import.meta.url` in bundled modules: the address that the module has in build/, as tsc compiles it.
 *
 * From there modules look for docs/, wrappers/ and build/native/. `productRoot` is given to each chunk.
 */
import {readFileSync} from 'node:fs';
import {join, relative} from 'node:path';
import type {Plugin} from 'esbuild';

export function ownAddresses(root: string): Plugin {
	return {
		name: 'own-addresses',
		setup(bundler) {
			// The filter is matched by Go, which knows no flags.
			bundler.onLoad({filter: /[/](cmd|lib)[/].*[.]ts$|[/]yargs.*[.]m?js$/}, ({path}) => {
				const text = readFileSync(path, 'utf8');
				const built = join('build', relative(root, path)).replace(/\.ts$/u, '.js');
				return {
					contents: text.replaceAll('import.meta.url', `(productRoot + "/${built}")`),
					loader: path.endsWith('.ts') ? 'ts' : 'js',
				};
			});
		},
	};
}
