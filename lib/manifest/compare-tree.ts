/**
 * Hold an unpacked tree against its manifest: every entry there, none besides, each as recorded.
 */
import {DynpkError} from '../errors/dynpk-error.js';
import {MANIFEST_NAME, type BundleManifest, type FileRecord} from './manifest.js';

/** One entry of a tree, as whoever unpacked or walked it saw it; paths below the bundle's top. */
export interface TreeEntry {
	readonly path: string;
	/** Of a special file no bundle has any. */
	readonly kind: FileRecord['kind'] | 'special file';
	readonly mode: number | undefined;
	readonly size: number | undefined;
	readonly sha256: string | undefined;
	readonly target: string | undefined;
}

const SHOWN = 10;

/** @throws {DynpkError} BUNDLE_DAMAGED listing what differs. */
export function assertTreeMatches(
	bundle: string,
	manifest: BundleManifest,
	entries: readonly TreeEntry[],
): void {
	const differences = compareTree(manifest, entries);
	if (differences.length > 0) {
		const more = differences.length - SHOWN;
		throw new DynpkError('BUNDLE_DAMAGED', `${bundle} is not as it was packed`, {
			details: [
				...differences.slice(0, SHOWN).map(({path, message}) => `${path} ${message}`),
				...(more > 0 ? [`and ${more} more`] : []),
			],
			hint: 'copy or unpack it again',
		});
	}
}

/** How one entry differs: the message goes on from its path. */
export interface TreeDifference {
	readonly path: string;
	readonly message: string;
	/** The manifest does not know of it. */
	readonly isStranger: boolean;
}

/** What differs, in the order of the manifest. */
export function compareTree(
	manifest: BundleManifest,
	entries: readonly TreeEntry[],
): TreeDifference[] {
	const found = new Map(
		entries.filter(({path}) => path !== MANIFEST_NAME).map(entry => [entry.path, entry]),
	);
	const differences = manifest.files.flatMap(record => {
		const entry = found.get(record.path);
		found.delete(record.path);
		const message = entry === undefined ? 'is missing' : compareEntry(record, entry);
		return message === undefined ? [] : [{path: record.path, message, isStranger: false}];
	});
	const strangers = [...found.keys()].map(path => ({
		path,
		message: 'does not belong to it',
		isStranger: true,
	}));
	return [...differences, ...strangers];
}

function compareEntry(record: FileRecord, entry: TreeEntry): string | undefined {
	if (record.kind !== entry.kind) {
		return `is a ${entry.kind}, and was a ${record.kind}`;
	}

	if (record.mode !== undefined && Number.parseInt(record.mode, 8) !== entry.mode) {
		return `has mode ${entry.mode?.toString(8) ?? 'unknown'}, and had ${record.mode}`;
	}

	if (record.target !== entry.target) {
		return `leads to ${entry.target ?? 'nothing'}, and led to ${record.target ?? 'nothing'}`;
	}

	return record.sha256 === entry.sha256 ? undefined : 'has other contents';
}
