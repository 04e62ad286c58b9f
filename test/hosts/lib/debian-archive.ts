/**
 * Which Debian archive this machine takes its packages from, so that no mirror is named here.
 *
 * Reads apt's sources in both formats of sources.list(5). `apt-get indextargets` would do it for us,
 * but it knows nothing before the first update, and a fresh machine has had none.
 */
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';

export interface ArchiveSource {
	readonly uri: string;
	readonly suite: string;
	readonly components: readonly string[];
	/** A keyring's path or a whole key, as apt takes it; `undefined` where apt's own trust serves. */
	readonly signedBy: string | undefined;
}

export interface DebianArchive {
	readonly uri: string;
	readonly signedBy: string | undefined;
}

/** Environment variable that names another archive, for machines that are not Debian. */
export const archiveVariable = 'DYNPK_TESTS_DEBIAN_ARCHIVE';

/** Find the main Debian archive among the sources of apt below `etc`. */
export function findDebianArchive(etc = '/etc/apt', env = process.env): DebianArchive {
	const chosen = env[archiveVariable];
	if (chosen !== undefined && chosen !== '') {
		return {uri: chosen, signedBy: undefined};
	}

	const source = readSources(etc).find(isMainArchive);
	if (source === undefined) {
		throw new Error(`no Debian archive among the sources in ${etc}: set ${archiveVariable}`);
	}

	return {uri: source.uri, signedBy: source.signedBy};
}

/** Updates, security and third parties carry a dash in the suite, or another archive name. */
function isMainArchive(source: ArchiveSource): boolean {
	return (
		source.components.includes('main') &&
		!source.suite.includes('-') &&
		/\/debian(?:\.list|\/\d{8}T\d{6}Z)?\/?$/u.test(source.uri)
	);
}

function readSources(etc: string): readonly ArchiveSource[] {
	const parts = join(etc, 'sources.list.d');
	const names = existsSync(parts) ? readdirSync(parts).sort() : [];
	const files = [join(etc, 'sources.list'), ...names.map(name => join(parts, name))];
	return files.filter(existsSync).flatMap(file => {
		const text = readFileSync(file, 'utf8');
		return file.endsWith('.sources')
			? parseDeb822Sources(text)
			: file.endsWith('.list')
				? parseOneLineSources(text)
				: [];
	});
}

/** Parse `deb [options] URI SUITE COMPONENT...` lines. */
export function parseOneLineSources(text: string): readonly ArchiveSource[] {
	return text.split('\n').flatMap(line => {
		const match = /^\s*deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)\s*([^#]*)/u.exec(line);
		if (match?.[2] === undefined || match[3] === undefined) {
			return [];
		}

		return {
			uri: match[2],
			suite: match[3],
			components: words(match[4]),
			signedBy: /(?:^|\s)signed-by=(\S+)/iu.exec(match[1] ?? '')?.[1],
		};
	});
}

/** Parse stanzas of `Types:`, `URIs:`, `Suites:` and `Components:`, one source per URI and suite. */
export function parseDeb822Sources(text: string): readonly ArchiveSource[] {
	const withoutComments = text.replace(/^#.*\n?/gmu, '');
	return withoutComments.split(/\n\s*\n/u).flatMap(stanza => {
		const fields = new Map<string, string>();
		for (const [, name, value] of stanza.matchAll(/^(\S+?):(.*(?:\n[ \t].*)*)/gmu)) {
			fields.set((name ?? '').toLowerCase(), (value ?? '').trim());
		}

		if (!words(fields.get('types')).includes('deb') || fields.get('enabled') === 'no') {
			return [];
		}

		return words(fields.get('uris')).flatMap(uri =>
			words(fields.get('suites')).map(suite => ({
				uri,
				suite,
				components: words(fields.get('components')),
				signedBy: fields.get('signed-by'),
			})),
		);
	});
}

function words(text = ''): readonly string[] {
	return text.split(/\s+/u).filter(word => word !== '');
}
