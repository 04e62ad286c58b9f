/**
 * What each foreign host is made of.
 *
 * A recipe names packages, not versions: the archive of a finished release hardly changes, and a
 * cached host stays as it was first made. Raise `recipeFormat` when the making changes.
 */
export interface Recipe {
	readonly suite: string;
	readonly packages: readonly string[];
	/** Keep the statically linked busybox and nothing else. */
	readonly busyboxOnly: boolean;
}

export const recipeFormat = 3;

export const hostNames = ['empty', 'bullseye', 'trixie'] as const;
export type HostName = (typeof hostNames)[number];

const ordinary = [
	...['base-files', 'base-passwd', 'libc6', 'libc-bin', 'ncurses-base', 'perl-base'],
	...['bash', 'dash', 'coreutils', 'debianutils', 'diffutils', 'findutils', 'grep', 'hostname'],
	...['mawk', 'procps', 'sed', 'tar', 'gzip', 'bzip2', 'xz-utils', 'util-linux'],
];

export const recipes: Readonly<Record<HostName, Recipe>> = {
	empty: {suite: 'bullseye', packages: ['busybox-static'], busyboxOnly: true},
	bullseye: {
		suite: 'bullseye',
		// With what a compiler that came in a bundle needs of the host to make a program for it.
		packages: [...ordinary, 'libc6-dev', 'libcrypt-dev', 'linux-libc-dev'],
		busyboxOnly: false,
	},
	trixie: {
		suite: 'trixie',
		packages: [...ordinary, 'ca-certificates', 'python3'],
		busyboxOnly: false,
	},
};
