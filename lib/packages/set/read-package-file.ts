/** Any package file → its record, with errors of the parsers turned into faults. */
import {closeSync, fstatSync, readSync} from 'node:fs';
import {DebError} from '../../deb/deb-error.js';
import {readDeb} from '../../deb/read-deb.js';
import {DynpkError, errnoOf, faultFromErrno} from '../../errors/dynpk-error.js';
import {openToRead} from '../../paths/open-to-read.js';
import type {HostPath} from '../../paths/paths.js';
import {readRpm} from '../../rpm/read-rpm.js';
import {RpmError} from '../../rpm/rpm-error.js';
import type {PackageRecord} from './package-record.js';
import {recordOfDeb} from './record-of-deb.js';
import {recordOfRpm} from './record-of-rpm.js';

/** @throws {DynpkError} for everything the parsers refuse, and for source packages. */
export async function readPackageFile(
	file: HostPath,
	repository?: HostPath,
): Promise<PackageRecord> {
	return withFaults(`cannot read ${file}`, async () => {
		if (packageKind(file) === 'deb') {
			return recordOfDeb(await readDeb(file), file, repository);
		}

		const pkg = readRpm(file);
		if (pkg.isSource) {
			throw new DynpkError('UNSUPPORTED_PACKAGE', `${file} is a source package`, {
				hint: 'give the binary packages that were built from it',
			});
		}

		return recordOfRpm(pkg, repository);
	});
}

/** What a file is by its first bytes; everything that is no Debian package is left to lib/rpm. */
function packageKind(file: HostPath): 'rpm' | 'deb' {
	const fd = openToRead(file);
	try {
		if (!fstatSync(fd).isFile()) {
			throw new DynpkError('NOT_A_PROGRAM', `${file} is not a regular file`);
		}

		const magic = Buffer.alloc(8);
		readSync(fd, magic, 0, magic.length, 0);
		return magic.toString('latin1') === '!<arch>\n' ? 'deb' : 'rpm';
	} finally {
		closeSync(fd);
	}
}

/** Run `read`, and answer its package errors and failed system calls with faults. */
export async function withFaults<T>(attempt: string, read: () => Promise<T>): Promise<T> {
	try {
		return await read();
	} catch (error) {
		throw faultOf(error, attempt);
	}
}

function faultOf(error: unknown, attempt: string): unknown {
	if (error instanceof RpmError || error instanceof DebError) {
		return new DynpkError(error.code, error.message, {cause: error});
	}

	return errnoOf(error) === undefined || error instanceof DynpkError
		? error
		: faultFromErrno(error, attempt);
}
