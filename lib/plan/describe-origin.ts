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
		case 'package':
			return reason.neededBy === undefined
				? `package ${reason.package}`
				: `package ${reason.package}, needed by ${reason.neededBy}`;
		case 'generated':
			return `package ${reason.package}, made when it was installed`;
		case 'trace':
			return `trace: ${reason.seen}`;
		case 'link':
			return `target of the link ${reason.from}`;
		case 'interpreter':
			return `interpreter of ${reason.of}`;
		case 'needed':
			return `needed by ${reason.by}, by this path`;
		case 'companion':
			return `companion of ${reason.of}`;
		case 'plug-in':
			return `plug-in of ${reason.of}`;
		case 'alternative':
			return `alternative ${reason.name}`;
	}
}
