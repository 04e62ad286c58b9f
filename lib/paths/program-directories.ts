/** Where programs lie, in the order in which a distribution's PATH has its directories. */

/** In every user's PATH. What a package's script means by `env NAME` is found here, too. */
export const userDirectories = ['/usr/local/bin', '/usr/bin', '/bin'] as const;

/** Those that packages put programs in. */
export const packageDirectories = ['/usr/bin', '/bin', '/usr/games', '/usr/sbin', '/sbin'] as const;

export const programDirectories = ['/usr/local/bin', ...packageDirectories] as const;
