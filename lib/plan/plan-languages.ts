/**
 * A locale for every language that neither side has one of: `C.UTF-8` under its name, in a directory
 * that the path shim has the C library ask last (docs/decisions/0018).
 *
 * A host's users have set LANG to a locale of the host's. glibc looks for `en_US.UTF-8` under
 * `en.utf8` too, so one name a language is enough (_nl_make_l10nflist of intl/l10nflist.c).
 */
import {posix} from 'node:path';
import {LOCALE_DIRECTORY} from '../inputs/read-locale-archive.js';
import {bundlePath, payloadPath} from '../paths/paths.js';
import {noOrigin, type Operation} from './bundle-plan.js';
import languages from './data/locale-languages.json' with {type: 'json'};

/** The shim writes this over the bundle's directory of locales in LOCPATH, so it must not be longer. */
const HOME = 'libexec/dynpk/lang';
/** As Debian since 12 and EL name it, and as Debian did before. */
const PLAIN_LOCALES: ReadonlySet<string> = new Set(['C.utf8', 'C.UTF-8']);

/** Nothing where `seen` has no `C.UTF-8`. The bundle's other locales have their names there too. */
export function planLanguages(seen: readonly Operation[]): Operation[] {
	const locales = new Set<string>();
	const directory = `${payloadPath(LOCALE_DIRECTORY)}/`;
	for (const {path} of seen) {
		const [locale, category] = path.startsWith(directory)
			? path.slice(directory.length).split('/')
			: [];
		if (category === 'LC_CTYPE' && locale !== undefined) {
			locales.add(locale);
		}
	}

	const plain = [...locales].find(locale => PLAIN_LOCALES.has(locale));
	if (plain === undefined) {
		return [];
	}

	const names = new Map([
		...languages.map(language => [`${language}.utf8`, plain] as const),
		...[...locales].map(locale => [locale, locale] as const),
	]);
	return [...names].map(([name, locale]) => ({
		kind: 'symlink',
		path: bundlePath(posix.join(HOME, name)),
		target: posix.relative(HOME, posix.join(payloadPath(LOCALE_DIRECTORY), locale)),
		reason: 'a language that the host may have no locale of',
		...noOrigin,
	}));
}
