/**
 * What readelf(1) says of many files, as records to compare with.
 *
 * Many files a process: one process a file takes a hundred times as long. Parsing another
 * program's text is for tests only. readelf finds notes and version records by their sections, so
 * what it says of notes is kept where a PT_NOTE covers the section, and only there.
 */
import {spawn} from 'node:child_process';
import {createInterface} from 'node:readline';

export interface Reading {
	class: string;
	byteOrder: string;
	type: string;
	machine: string;
	osAbi: string;
	entry: string;
	machineFlags: number;
	/** `type offset address filesz memsz flags align`, as printed. */
	programHeaders: string[];
	interpreter: string | undefined;
	isDynamic: boolean;
	/** By tag name without DT_, in file order. */
	dynamic: Map<string, string[]>;
	/** `undefined` where there are no section headers to find them by. */
	versionNeeds: string[] | undefined;
	versionDefinitions: string[] | undefined;
	abiTag: string | undefined;
	isaNeeded: string[];
	isaUsed: string[];
	buildId: string | undefined;
}

/** Read the headers of `paths`; every one of them gets a record. */
export async function readelf(paths: readonly string[]): Promise<ReadonlyMap<string, Reading>> {
	const readings = new Map<string, Reading>();
	const child = spawn('readelf', ['-W', '-h', '-l', '-S', '-d', '-V', '-n', ...paths], {
		stdio: ['ignore', 'pipe', 'ignore'],
		env: {...process.env, LC_ALL: 'C'},
	});

	// A single file is not announced.
	let parser = paths.length === 1 ? startReading(readings, paths[0]!) : undefined;
	for await (const line of createInterface({input: child.stdout})) {
		if (line.startsWith('File: ')) {
			parser = startReading(readings, line.slice('File: '.length));
		} else {
			parser?.(line);
		}
	}

	return readings;
}

type LineParser = (line: string) => void;

function startReading(readings: Map<string, Reading>, path: string): LineParser {
	const reading: Reading = {
		class: '',
		byteOrder: '',
		type: '',
		machine: '',
		osAbi: '',
		entry: '',
		machineFlags: 0,
		programHeaders: [],
		interpreter: undefined,
		isDynamic: false,
		dynamic: new Map(),
		versionNeeds: undefined,
		versionDefinitions: undefined,
		abiTag: undefined,
		isaNeeded: [],
		isaUsed: [],
		buildId: undefined,
	};
	readings.set(path, reading);

	const parsers = [
		headerParser(reading),
		segmentParser(reading),
		dynamicParser(reading),
		versionParser(reading),
		noteParser(reading),
	];
	return line => parsers.forEach(parse => parse(line));
}

function headerParser(reading: Reading): LineParser {
	return line => {
		const [, name, value] = /^ {2}([A-Z][^:]*): {2,}(.*)$/u.exec(line) ?? [];
		switch (name) {
			case 'Class':
				reading.class = value!;
				break;
			case 'Data':
				reading.byteOrder = value!.includes('little') ? 'little' : 'big';
				break;
			case 'OS/ABI':
				reading.osAbi = value!;
				break;
			case 'Type':
				reading.type = value!.split(' ')[0]!;
				break;
			case 'Machine':
				reading.machine = value!;
				break;
			case 'Entry point address':
				reading.entry = value!;
				break;
			case 'Flags':
				reading.machineFlags = Number(value!.split(',')[0]);
				break;
			case undefined:
			default:
		}
	};
}

/** A line of the program header table; the flags have blanks where a letter is missing. */
const SEGMENT =
	/^ {2}(\S+) +0x([0-9a-f]+) 0x([0-9a-f]+) 0x[0-9a-f]+ 0x([0-9a-f]+) 0x([0-9a-f]+) ([R ][W ][E ]) (?:0x)?([0-9a-f]+)$/u;

function segmentParser(reading: Reading): LineParser {
	return line => {
		const match = SEGMENT.exec(line);
		if (match !== null) {
			const [type, offset, address, fileSize, memorySize, flags, alignment] = match.slice(1);
			const numbers = [offset, address, fileSize, memorySize].map(hex => BigInt(`0x${hex!}`));
			reading.programHeaders.push(
				[type, ...numbers, flags!.replaceAll(' ', ''), BigInt(`0x${alignment!}`)].join(' '),
			);
		}

		const interpreter = /^ {6}\[Requesting program interpreter: (.*)\]$/u.exec(line)?.[1];
		reading.interpreter ??= interpreter;
	};
}

function dynamicParser(reading: Reading): LineParser {
	return line => {
		if (line.startsWith('Dynamic section at offset')) {
			reading.isDynamic = true;
		}

		const [, tag, value] = /^ 0x[0-9a-f]+ \((\w+)\) +(.*)$/u.exec(line) ?? [];
		if (tag !== undefined) {
			const text = /\[(.*)\]$/u.exec(value!)?.[1] ?? value!.replace(/^Flags: /u, '');
			const values = reading.dynamic.get(tag) ?? [];
			values.push(text);
			reading.dynamic.set(tag, values);
		}
	};
}

function versionParser(reading: Reading): LineParser {
	let section: 'needs' | 'definitions' | undefined;
	let file = '';
	return line => {
		if (/^ {2}Number of section headers: +[1-9]/u.test(line)) {
			reading.versionNeeds = [];
			reading.versionDefinitions = [];
		} else if (line.startsWith('Version needs section')) {
			section = 'needs';
		} else if (line.startsWith('Version definition section')) {
			section = 'definitions';
		} else if (line === '') {
			section = undefined;
		}

		if (section === 'needs') {
			file =
				/^ {2}(?:0x)?[0-9a-f]+: Version: 1 {2}File: (.*) {2}Cnt: \d+$/u.exec(line)?.[1] ?? file;
			const need = /^ {2}0x[0-9a-f]+: {3}Name: (.*) {2}Flags: (.*) {2}Version: \d+$/u.exec(line);
			if (need !== null) {
				const weak = need[2]!.includes('WEAK') ? ' weak' : '';
				reading.versionNeeds?.push(`${file} ${need[1]!}${weak}`);
			}
		} else if (section === 'definitions') {
			const definition =
				/^ {2}(?:0x)?[0-9a-f]+: Rev: 1 {2}Flags: (.*?) +Index: .* {2}Name: (.*)$/u.exec(line);
			if (definition !== null && !definition[1]!.includes('BASE')) {
				reading.versionDefinitions?.push(definition[2]!);
			}
		}
	};
}

function noteParser(reading: Reading): LineParser {
	const sections = new Map<string, readonly [offset: number, size: number]>();
	let isLoaded = false;
	return line => {
		const section = /^ {2}\[ *\d+\] (\S+) +NOTE +[0-9a-f]+ ([0-9a-f]+) ([0-9a-f]+) /u.exec(line);
		if (section !== null) {
			sections.set(section[1]!, [Number(`0x${section[2]!}`), Number(`0x${section[3]!}`)]);
		}

		const shown = /^Displaying notes found in: (.*)$/u.exec(line)?.[1];
		if (shown !== undefined) {
			// The program headers were printed before.
			isLoaded = isCovered(reading, sections.get(shown));
		} else if (line.startsWith('Displaying notes found at file offset')) {
			isLoaded = true;
		}

		if (isLoaded) {
			readNote(reading, line);
		}
	};
}

function isCovered(
	reading: Reading,
	section: readonly [offset: number, size: number] | undefined,
): boolean {
	return reading.programHeaders.some(header => {
		const [type, offset, , fileSize] = header.split(' ');
		return (
			section !== undefined &&
			type === 'NOTE' &&
			Number(offset) <= section[0] &&
			section[0] + section[1] <= Number(offset) + Number(fileSize)
		);
	});
}

function readNote(reading: Reading, line: string): void {
	reading.abiTag ??= /NT_GNU_ABI_TAG .*OS: (.*, ABI: .*)$/u.exec(line)?.[1];
	reading.buildId ??= /NT_GNU_BUILD_ID .*Build ID: ([0-9a-f]+)$/u.exec(line)?.[1];
	const levels = /x86 ISA (needed|used): ([^\t]*)/u.exec(line);
	if (levels !== null) {
		reading[levels[1] === 'needed' ? 'isaNeeded' : 'isaUsed'].push(...levels[2]!.split(', '));
	}
}
