/** The `primary` metadata of an RPM repository: one record for each package element. */
import {DynpkError} from '../../errors/dynpk-error.js';
import type {HostPath} from '../../paths/paths.js';
import {parseEvr, type Relation} from '../../rpm/evr.js';
import {parseRichDependency} from '../../rpm/rich-dependency.js';
import type {Capability, CapabilityNeed, Need} from './need.js';
import type {PackageRecord} from './package-record.js';
import {capabilityOf, needOf, selfProvide, withoutRepeats} from './record-of-rpm.js';
import {insideRepository, versionOf} from './repository-metadata.js';
import type {XmlHandler} from './xml-events.js';

interface Draft {
	name: string;
	arch: string;
	version: string;
	href: string;
	license: string;
	readonly requires: Need[];
	readonly recommends: Need[];
	readonly provides: Capability[];
	readonly conflicts: Need[];
	readonly obsoletes: CapabilityNeed[];
	readonly paths: string[];
}

const relations: Readonly<Record<string, Relation>> = {
	LT: '<',
	LE: '<=',
	EQ: '=',
	GE: '>=',
	GT: '>',
};

interface Reading {
	readonly repository: HostPath;
	/** The package that we are inside of. */
	draft: Draft | undefined;
	/** The list of dependencies that we are inside of. */
	section: string;
	text: string;
}

export function makePrimaryHandler(
	repository: HostPath,
	found: (record: PackageRecord) => void,
): XmlHandler {
	const reading: Reading = {repository, draft: undefined, section: '', text: ''};
	return {
		open(name, attributes) {
			reading.text = '';
			openElement(reading, name, attributes);
		},
		text(part) {
			reading.text += part;
		},
		close(name) {
			const {draft} = reading;
			if (name === 'package') {
				reading.draft = undefined;
				if (draft !== undefined && draft.arch !== 'src') {
					found(finish(draft, repository));
				}
			} else if (draft !== undefined) {
				closeElement(reading, draft, name);
			}
		},
	};
}

function openElement(
	reading: Reading,
	name: string,
	attributes: ReadonlyMap<string, string>,
): void {
	const {draft, section, repository} = reading;
	switch (name) {
		case 'package':
			reading.draft = emptyDraft();
			break;
		case 'version':
			if (draft !== undefined) {
				draft.version = versionOf(attributes);
			}

			break;
		case 'location':
			if (draft !== undefined) {
				draft.href = attributes.get('href') ?? '';
			}

			break;
		case 'rpm:requires':
		case 'rpm:recommends':
		case 'rpm:provides':
		case 'rpm:conflicts':
		case 'rpm:obsoletes':
			reading.section = name;
			break;
		case 'rpm:entry':
			addEntry(draft, section, attributes, repository);
			break;
		default:
	}
}

function closeElement(reading: Reading, draft: Draft, name: string): void {
	switch (name) {
		case 'name':
		case 'arch':
			draft[name] = reading.text;
			break;
		case 'rpm:license':
			draft.license = reading.text;
			break;
		case 'file':
			draft.paths.push(reading.text);
			break;
		case 'rpm:requires':
		case 'rpm:recommends':
		case 'rpm:provides':
		case 'rpm:conflicts':
		case 'rpm:obsoletes':
			reading.section = '';
			break;
		default:
	}
}

function emptyDraft(): Draft {
	return {
		name: '',
		arch: '',
		version: '',
		href: '',
		license: '',
		requires: [],
		recommends: [],
		provides: [],
		conflicts: [],
		obsoletes: [],
		paths: [],
	};
}

function addEntry(
	draft: Draft | undefined,
	section: string,
	attributes: ReadonlyMap<string, string>,
	repository: HostPath,
): void {
	const name = attributes.get('name') ?? '';
	const relation = relations[attributes.get('flags') ?? ''];
	const version =
		attributes.get('rel') === undefined ? (attributes.get('ver') ?? '') : versionOf(attributes);
	const epoch = attributes.get('rel') === undefined && (attributes.get('epoch') ?? '0') !== '0';
	const evr = parseEvr(epoch ? `${attributes.get('epoch') ?? ''}:${version}` : version);
	const range = relation && {relation, evr};
	const rich = name.startsWith('(') ? parseRichDependency(name) : undefined;
	if (name === '' || (name.startsWith('(') && rich === undefined)) {
		throw new DynpkError('PACKAGE_INDEX_INVALID', `${repository}: malformed dependency ${name}`);
	}

	switch (section) {
		case 'rpm:requires':
			// `pre` marks what only scriptlets need, and scriptlets are never run.
			if (attributes.get('pre') !== '1' && !name.startsWith('rpmlib(')) {
				draft?.requires.push(needOf({name, range, rich}));
			}

			break;
		case 'rpm:recommends':
			draft?.recommends.push(needOf({name, range, rich}));
			break;
		case 'rpm:provides':
			draft?.provides.push(capabilityOf({name, range}));
			break;
		case 'rpm:conflicts':
			draft?.conflicts.push(needOf({name, range, rich}));
			break;
		case 'rpm:obsoletes':
			draft?.obsoletes.push({kind: 'capability', ...capabilityOf({name, range})});
			break;
		default:
	}
}

function finish(draft: Draft, repository: HostPath): PackageRecord {
	const {
		name,
		arch,
		version,
		href,
		license,
		requires,
		recommends,
		provides,
		conflicts,
		obsoletes,
		paths,
	} = draft;
	if (name === '' || arch === '' || version === '' || href === '') {
		throw new DynpkError(
			'PACKAGE_INDEX_INVALID',
			`${repository}: a package without name or location`,
		);
	}

	return Object.freeze({
		manager: 'rpm',
		name,
		version,
		arch,
		license: license === '' ? undefined : license,
		isEssential: false,
		file: insideRepository(repository, href),
		repository,
		requires: withoutRepeats(requires),
		recommends: withoutRepeats(recommends),
		provides: [...provides, selfProvide(name, parseEvr(version))],
		conflicts,
		obsoletes,
		paths,
	});
}
