/**
 * Features of rpm that a package says it cannot be unpacked without.
 *
 * A package made for a newer rpm states so with `rpmlib(NAME)`; reading its payload without
 * knowing the feature could give wrong files, so it is refused as rpm refuses it.
 */
import type {RpmPackage} from './read-rpm.js';
import {RpmError} from './rpm-error.js';

/** What `rpm --showrc` lists; each is either read here or changes nothing about reading. */
const known = new Set([
	'rpmlib(BuiltinLuaScripts)',
	'rpmlib(CaretInVersions)',
	'rpmlib(CompressedFileNames)',
	'rpmlib(ConcurrentAccess)',
	'rpmlib(DynamicBuildRequires)',
	'rpmlib(ExplicitPackageProvide)',
	'rpmlib(FileCaps)',
	'rpmlib(FileDigests)',
	'rpmlib(HeaderLoadSortsTags)',
	'rpmlib(LargeFiles)',
	'rpmlib(PartialHardlinkSets)',
	'rpmlib(PayloadFilesHavePrefix)',
	'rpmlib(PayloadIsBzip2)',
	'rpmlib(PayloadIsLzma)',
	'rpmlib(PayloadIsXz)',
	'rpmlib(PayloadIsZstd)',
	'rpmlib(RichDependencies)',
	'rpmlib(ScriptletExpansion)',
	'rpmlib(ScriptletInterpreterArgs)',
	'rpmlib(TildeInVersions)',
	'rpmlib(VersionedDependencies)',
]);

/** @throws {RpmError} UNSUPPORTED_PACKAGE */
export function refuseUnknownFeatures(pkg: RpmPackage): void {
	if (pkg.payload.format !== 'cpio') {
		throw new RpmError('UNSUPPORTED_PACKAGE', `its payload is ${pkg.payload.format}, not cpio`, {
			package: pkg.path,
		});
	}

	for (const {name, isRpmlib} of pkg.dependencies.requires) {
		if (isRpmlib && !known.has(name)) {
			throw new RpmError('UNSUPPORTED_PACKAGE', `it needs ${name}, which is not known`, {
				package: pkg.path,
			});
		}
	}
}
