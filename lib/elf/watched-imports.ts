/**
 * Functions of a C library that make it open what no DT_NEEDED names; which of them an object
 * imports is read with its dynamic section.
 *
 * What each of them brings is for others to say: lib/closure/data/opened-by-libc.json, and the
 * rules for character sets.
 */
export const watchedImports = [
	'iconv_open',
	'pthread_exit',
	'pthread_cancel',
	'thrd_exit',
	'backtrace',
	'getaddrinfo',
	'getnameinfo',
] as const;
