/**
 * The log of `strace -f -y -xx -e status=successful` → which files were read, looked at and started.
 *
 * With `-xx` every string is hexadecimal, so nothing in a name can be mistaken for punctuation; with
 * `-y` a descriptor comes with its path, and AT_FDCWD with the working directory. Only calls that
 * succeeded are in the log, each on one line. What is no such line is passed over.
 */
export interface SystemCall {
	readonly kind: 'started' | 'read' | 'looked-at';
	/** Absolute, as the program named it: neither links nor `..` are resolved. */
	readonly path: string;
}

const CALL = /^(?<pid>\d+) +(?<name>\w+)\((?<rest>.*)\) += (?<result>-?\d+)/su;
const HEX = String.raw`(?:\\x[\da-f]{2})*`;
/** An optional directory descriptor with its path, then the name. */
const NAMED = new RegExp(
	String.raw`^(?:(?<at>AT_FDCWD|\d+)(?:<(?<base>${HEX})>)?, )?"(?<path>${HEX})"(?<cut>\.\.\.)?`,
	'u',
);

const started = new Set(['execve', 'execveat']);
const opened = new Set(['open', 'openat', 'openat2']);
const cloned = new Set(['clone', 'clone3', 'fork', 'vfork']);

/** A reader of one line after the other; `directory` is where the first process began. */
export function makeStraceReader(directory: string): (line: string) => SystemCall | undefined {
	const directories = new Map<string, string>();
	return line => {
		const {pid = '', name = '', rest = '', result = ''} = CALL.exec(line)?.groups ?? {};
		const current = directories.get(pid) ?? directory;
		if (cloned.has(name)) {
			// The child may have spoken already, and then knows better.
			directories.set(result, directories.get(result) ?? current);
			return undefined;
		}

		const {at, base, path, cut} = NAMED.exec(rest)?.groups ?? {};
		if (at === 'AT_FDCWD' && base !== undefined) {
			directories.set(pid, decode(base) ?? current);
		}

		const argument = name === 'fchdir' ? /^\d+<(?<to>[^>]*)>/u.exec(rest)?.groups?.to : path;
		const text = argument === undefined || cut !== undefined ? undefined : decode(argument);
		if (text === undefined || text === '') {
			return undefined;
		}

		const from = base === undefined ? current : (decode(base) ?? current);
		const absolute = text.startsWith('/') ? text : `${from}/${text}`;
		if (name === 'chdir' || name === 'fchdir') {
			directories.set(pid, absolute);
			return undefined;
		}

		const kind = kindOf(name, rest);
		return kind === undefined ? undefined : {kind, path: absolute};
	};
}

function kindOf(name: string, rest: string): SystemCall['kind'] | undefined {
	if (started.has(name)) {
		return 'started';
	}

	if (!opened.has(name)) {
		return 'looked-at';
	}

	// What is written or made is a result of the run and no need of the program.
	const isForReading = /\bO_(?:RDONLY|RDWR)\b/u.test(rest) && !/\bO_(?:CREAT|TRUNC)\b/u.test(rest);
	return isForReading && !/\bO_(?:DIRECTORY|PATH)\b/u.test(rest) ? 'read' : undefined;
}

/** `undefined` for a name that is not UTF-8: no bundle can hold it. */
function decode(text: string): string | undefined {
	const bytes = Buffer.from(text.replaceAll(String.raw`\x`, ''), 'hex');
	try {
		return new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes);
	} catch {
		return undefined;
	}
}
