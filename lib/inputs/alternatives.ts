/**
 * Links that update-alternatives(1) made and no package lists.
 *
 * `/var/lib/dpkg/alternatives/NAME` (or `/var/lib/alternatives/NAME`) says which links belong to an
 * alternative; `/etc/alternatives/NAME` is where they lead now. Those that lead into the payload
 * travel with it, so that `vi` starts the packed vim, unless the rules for packages leave them out.
 */
import {sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import {isRuledOut} from './payload-rules.js';

export interface Alternative {
	readonly name: string;
	/** The link users know, such as `/usr/bin/vi`. */
	readonly link: SysrootPath;
	/** The file at its end. */
	readonly leadsTo: SysrootPath;
}

type RecordedLink = Omit<Alternative, 'leadsTo'>;

const administration = ['/var/lib/dpkg/alternatives', '/var/lib/alternatives'].map(sysrootPath);
const RECORD_LIMIT = 1 << 16;

/** Those of the whole system, each once; what a link leads to does not depend on the payload. */
export function findAlternatives(sysroot: Sysroot): Alternative[] {
	return administration.flatMap(directory =>
		(sysroot.list(directory) ?? []).flatMap(name => {
			const record = sysroot.read(sysrootPath(`${directory}/${name}`), RECORD_LIMIT);
			return readRecord(name, record?.toString('utf8') ?? '').flatMap(({link, ...rest}) => {
				// Most are manual pages: following those would list all directories of them.
				const leadsTo = isRuledOut(link, false) ? undefined : sysroot.realPath(link);
				return leadsTo === undefined ? [] : [{...rest, link, leadsTo}];
			});
		}),
	);
}

/** First line the mode, second the master link, then pairs of slave name and link up to a blank. */
function readRecord(name: string, text: string): RecordedLink[] {
	const lines = text.split('\n');
	const end = lines.indexOf('', 1);
	const [master, ...slaves] = lines.slice(1, end === -1 ? lines.length : end);
	const links = master?.startsWith('/') === true ? [{name, link: sysrootPath(master)}] : [];
	for (let index = 0; index + 1 < slaves.length; index += 2) {
		const [slave, link] = slaves.slice(index);
		if (slave !== undefined && link?.startsWith('/') === true) {
			links.push({name: slave, link: sysrootPath(link)});
		}
	}

	return links;
}
