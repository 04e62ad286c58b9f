/**
 * The JSON lines that the stub writes in `record` mode, back as values.
 *
 * Several processes append to one file, and a process may be killed while it writes: a line that is
 * not whole is counted, not guessed at. A byte of a name that is not UTF-8 comes as the lone
 * surrogate U+DC00 + byte and stays one.
 */
const auditVerdicts = ['bundle', 'vdso', 'host-provided', 'allowed', 'outside'] as const;
export type AuditVerdict = (typeof auditVerdicts)[number];

/** One object that was mapped. */
export interface AuditRecord {
	readonly pid: number;
	/** 0, or that of a dlmopen. */
	readonly namespace: number;
	/** The name asked for. */
	readonly name: string;
	/** Path of the object that asked; undefined for what no search led to. */
	readonly requester: string | undefined;
	/** The loader's rule: a word of `Place` or `dlmopen`. */
	readonly place: string | undefined;
	/** The name it was opened by, and that name with every link resolved. */
	readonly opened: string;
	readonly path: string;
	readonly device: number;
	readonly inode: number;
	readonly verdict: AuditVerdict;
	/** The pattern that covers it, where one does. */
	readonly pattern: string | undefined;
	/** A name was too long to be written in full. */
	readonly cut: boolean;
}

/** A program of the host that was started, or a file of the host that was read. */
export interface AuditEvent {
	readonly kind: 'program' | 'file';
	readonly pid: number;
	/** As it was asked for; its path with every link resolved. */
	readonly name: string;
	readonly path: string;
	/** Path of the program that asked. */
	readonly requester: string;
}

export interface AuditRecords {
	readonly records: readonly AuditRecord[];
	readonly events: readonly AuditEvent[];
	/** Lines that were no record. */
	readonly damaged: number;
}

/** Read all of `text`. */
export function readAuditRecords(text: string): AuditRecords {
	const lines = text.split('\n').filter(line => line !== '');
	const values = lines.map(parse);
	const records = values.map(readObject).filter(record => record !== undefined);
	const events = values.map(readEvent).filter(event => event !== undefined);
	return {records, events, damaged: lines.length - records.length - events.length};
}

function readEvent(value: Line | undefined): AuditEvent | undefined {
	const kind = (['program', 'file'] as const).find(word => word === value?.record);
	const {pid, name, path, requester} = value ?? {};
	const isWhole =
		Number.isSafeInteger(pid) && [name, path, requester].every(text => typeof text === 'string');
	// Every field has just been looked at.
	return kind !== undefined && isWhole
		? ({kind, pid, name, path, requester} as AuditEvent)
		: undefined;
}

function readObject(value: Line | undefined): AuditRecord | undefined {
	if (value?.record !== 'object') {
		return undefined;
	}

	const {pid, namespace, name, requester, place, opened, path, device, inode, pattern} = value;
	const verdict = auditVerdicts.find(word => word === value.verdict);
	const numbers = [pid, namespace, device, inode];
	const strings = [name, opened, path];
	const mayBeAbsent = [requester, place, pattern];
	const whole =
		verdict !== undefined &&
		numbers.every(Number.isSafeInteger) &&
		strings.every(string => typeof string === 'string') &&
		mayBeAbsent.every(string => string === undefined || typeof string === 'string');
	if (!whole) {
		return undefined;
	}

	// Every field has just been looked at.
	const checked = {pid, namespace, name, requester, place, opened, path, device, inode, pattern};
	return {...checked, verdict, cut: value.cut === true} as AuditRecord;
}

type Line = Readonly<Record<string, unknown>>;

function parse(line: string): Line | undefined {
	try {
		const value: unknown = JSON.parse(line);
		// An object just parsed has string keys.
		return typeof value === 'object' && value !== null && !Array.isArray(value)
			? (value as Line)
			: undefined;
	} catch {
		return undefined;
	}
}
