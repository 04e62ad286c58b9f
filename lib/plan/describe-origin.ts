/** Where an entry of the payload came from, and why it travels, in words for the manifest and for people. */
import type {PayloadEntry, Reason} from '../inputs/payload.js';
import {packageId} from '../installed/package-database.js';
import type {Operation, Origin} from './bundle-plan.js';

export function originOf(entry: PayloadEntry): Origin & Pick<Operation, 'reason'> {
	return {
		source: entry.path,
		package: entry.package === undefined ? undefined : packageId(entry.package),
		reason: describeReason(entry.reason),
	};
}

function describeReason(reason: Reason): string {
	switch (reason.kind) {
		case 'target':
			return 'target';
		case 'with':
			return '--with';
		case 'scan':
			return `--scan ${reason.directory}`;
		case 'prefix':
			return `prefix ${reason.prefix} (${reason.of})`;
		case 'package':
			return describePackage(reason);
		case 'library':
			return `package ${reason.package}, a library of which is loaded`;
		case 'generated':
			return `package ${reason.package}, made when it was installed`;
		case 'trace':
			return `trace: ${reason.seen}`;
		case 'suspected':
			return `named in ${reason.by}`;
		case 'link':
			return `target of the link ${reason.from}`;
		case 'interpreter':
			return `interpreter of ${reason.of}`;
		case 'called':
			return `called by ${reason.by}`;
		case 'needed':
			return `needed by ${reason.by}, by this path`;
		case 'companion':
			return `companion of ${reason.of}`;
		case 'distribution':
			return `distribution ${reason.distribution} of Python, for ${reason.of}`;
		case 'plug-in':
		case 'guest':
			return `plug-in of ${reason.of}`;
		case 'alternative':
			return `alternative ${reason.name}`;
	}
}

function describePackage({
	package: owner,
	neededBy,
	isRecommended,
}: Extract<Reason, {kind: 'package'}>): string {
	const how = isRecommended ? 'recommended' : 'needed';
	return neededBy === undefined ? `package ${owner}` : `package ${owner}, ${how} by ${neededBy}`;
}
