/** A directory made from the payload of packages, and where each path in it comes from. Types only. */
import type {HostPath, SysrootPath} from '../../paths/paths.js';
import type {PackageRecord} from '../set/package-record.js';

export interface MergedSysroot {
	readonly root: HostPath;
	/** Every path, sorted; none has a link among its directories. */
	readonly files: ReadonlyMap<SysrootPath, MergedFile>;
	/** What the packages would have done to a real system and was not done here. */
	readonly findings: readonly MergeFinding[];
}

export type MergedFile = MergedRegular | MergedLink | MergedDirectory;

interface MergedBase {
	readonly origin: Origin;
}

export interface MergedRegular extends MergedBase {
	readonly kind: 'file';
	/** As the package has it, set-id bits included; on disk the owner can always read. */
	readonly mode: number;
	readonly size: number;
	readonly sha256: string;
}

export interface MergedLink extends MergedBase {
	readonly kind: 'symlink';
	readonly target: string;
}

export interface MergedDirectory extends MergedBase {
	readonly kind: 'directory';
	readonly mode: number;
}

/** Who brought a path, or the rule that made it in place of a scriptlet. */
export type Origin =
	| {readonly kind: 'package'; readonly package: PackageRecord}
	/** What ldconfig(8) would link: SONAME to file. */
	| {readonly kind: 'soname-link'; readonly of: SysrootPath}
	/** What update-alternatives(1) would link. */
	| {readonly kind: 'alternative'; readonly name: string; readonly package: PackageRecord}
	/** `/lib` and its siblings, where `/usr` has them and nothing else is there. */
	| {readonly kind: 'usr-merge'}
	/** A directory that no package lists and files of packages lie in. */
	| {readonly kind: 'implied'};

export interface MergeFinding {
	readonly code: 'DEVICE_LEFT_OUT' | 'SCRIPTLET_NOT_RUN' | 'ALTERNATIVE_UNREADABLE';
	readonly package: PackageRecord;
	/** The path, or the scriptlet's name. */
	readonly subject: string;
	/** What the package does, to be read behind its name. */
	readonly message: string;
}
