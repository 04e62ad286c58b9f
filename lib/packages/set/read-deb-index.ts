/** A Debian `Packages` index, plain or compressed: one record for each paragraph. */
import {DebError} from '../../deb/deb-error.js';
import {readDeb822, type Paragraph} from '../../deb/deb822.js';
import {dependencyFields, readDebDependencies} from '../../deb/read-deb.js';
import {decompress} from '../../decompress/decompress.js';
import {DecompressError} from '../../decompress/decompress-error.js';
import {DynpkError} from '../../errors/dynpk-error.js';
import {hostPath, parentOf, type HostPath} from '../../paths/paths.js';
import {openIndex} from './open-index.js';
import type {PackageRecord} from './package-record.js';
import {recordOfDeb} from './record-of-deb.js';
import {compressionOf, insideRepository} from './repository-metadata.js';

const fields = new Set([
	'package',
	'version',
	'architecture',
	'essential',
	'filename',
	...Object.values(dependencyFields),
]);

/** @throws {DynpkError} PACKAGE_INDEX_INVALID */
export async function readDebIndex(index: HostPath): Promise<readonly PackageRecord[]> {
	const repository = archiveRoot(parentOf(index));
	const records: PackageRecord[] = [];
	try {
		const plain = decompress(openIndex(index), compressionOf(index));
		for await (const paragraph of readDeb822(plain, index, fields)) {
			records.push(makeRecord(paragraph, index, repository));
		}
	} catch (error) {
		throw error instanceof DecompressError || error instanceof DebError
			? new DynpkError('PACKAGE_INDEX_INVALID', `${index}: ${error.message}`, {cause: error})
			: error;
	}

	return records;
}

/** In a mirror `Filename` counts from the directory that holds `dists/`, else from the index. */
function archiveRoot(directory: HostPath): HostPath {
	const at = directory.lastIndexOf('/dists/');
	return at === -1 ? directory : hostPath(directory.slice(0, at));
}

function makeRecord(paragraph: Paragraph, index: HostPath, repository: HostPath): PackageRecord {
	const [name, version, architecture, filename] = [
		'package',
		'version',
		'architecture',
		'filename',
	].map(field => paragraph.get(field) ?? '');
	if (!name || !version || !architecture || !filename) {
		const which = name === undefined || name === '' ? 'a package' : name;
		throw new DynpkError('PACKAGE_INDEX_INVALID', `${index}: ${which} lacks a field it must have`);
	}

	const dependencies = readDebDependencies(paragraph, index);
	const file = insideRepository(repository, filename);
	return recordOfDeb(
		{name, version, architecture, control: paragraph, dependencies},
		file,
		repository,
	);
}
