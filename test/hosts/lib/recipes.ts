/**
 * What each foreign host is made of.
 *
 * A recipe names packages, not versions: the archive of a finished release hardly changes, and a
 * cached host stays as it was first made. Raise `recipeFormat` when the making changes.
 */
export type Recipe = DebianRecipe | EmptyRecipe | El7Recipe;

interface DebianRecipe {
	readonly kind: 'debian';
	readonly suite: string;
	readonly packages: readonly string[];
}

/** The statically linked busybox and nothing else. */
interface EmptyRecipe {
	readonly kind: 'empty';
}

/** CentOS 7.9 from package files beside this project, and busybox for the tools they lack. */
interface El7Recipe {
	readonly kind: 'el7';
}

export const recipeFormat = 4;

export const hostNames = ['empty', 'bullseye', 'el7', 'trixie'] as const;
export type HostName = (typeof hostNames)[number];

/** Those that a bundle has to run on: one with nothing, an older Debian, and a cluster's userland. */
export const targetHosts = ['empty', 'bullseye', 'el7'] as const satisfies readonly HostName[];

/**
 * A shell of the host's that adds nothing of its own: EL7's is a bash, which warns of locales that
 * the host lacks and exports `_`.
 */
export function plainShell(name: HostName): readonly string[] {
	return name === 'el7' ? ['/bin/busybox', 'sh'] : ['/bin/sh'];
}

const ordinary = [
	...['base-files', 'base-passwd', 'libc6', 'libc-bin', 'ncurses-base', 'perl-base'],
	...['bash', 'dash', 'coreutils', 'debianutils', 'diffutils', 'findutils', 'grep', 'hostname'],
	...['mawk', 'procps', 'sed', 'tar', 'gzip', 'bzip2', 'xz-utils', 'util-linux'],
];

export const recipes: Readonly<Record<HostName, Recipe>> = {
	empty: {kind: 'empty'},
	bullseye: {
		kind: 'debian',
		suite: 'bullseye',
		// With what a compiler that came in a bundle needs of the host to make a program for it.
		packages: [...ordinary, 'libc6-dev', 'libcrypt-dev', 'linux-libc-dev'],
	},
	el7: {kind: 'el7'},
	trixie: {kind: 'debian', suite: 'trixie', packages: [...ordinary, 'ca-certificates', 'python3']},
};
