/**
 * Order Debian versions exactly as dpkg does (deb-version(7), Debian Policy 5.6.12).
 *
 * `~` sorts before everything, even the end; letters before all other signs; runs of digits by
 * value. Epoch, upstream version and revision are compared in that order.
 */

export interface DebVersion {
	/** Absent means 0. */
	readonly epoch: string;
	readonly upstream: string;
	/** Absent means 0, which equals an empty one. */
	readonly revision: string;
}

export type DebRelationOperator = '<<' | '<=' | '=' | '>=' | '>>';

function parseDebVersion(text: string): DebVersion {
	const colon = text.indexOf(':');
	const rest = text.slice(colon + 1);
	const dash = rest.lastIndexOf('-');
	return {
		epoch: colon === -1 ? '' : text.slice(0, colon),
		upstream: dash === -1 ? rest : rest.slice(0, dash),
		revision: dash === -1 ? '' : rest.slice(dash + 1),
	};
}

export function compareDebVersions(a: string, b: string): -1 | 0 | 1 {
	if (a === b) {
		return 0;
	}

	const left = parseDebVersion(a);
	const right = parseDebVersion(b);
	const epochs = comparePart(left.epoch, right.epoch);
	if (epochs !== 0) {
		return epochs;
	}

	const upstreams = comparePart(left.upstream, right.upstream);
	return upstreams === 0 ? comparePart(left.revision, right.revision) : upstreams;
}

export function satisfiesDebRelation(
	version: string,
	operator: DebRelationOperator,
	wanted: string,
): boolean {
	const order = compareDebVersions(version, wanted);
	switch (operator) {
		case '<<':
			return order < 0;
		case '<=':
			return order <= 0;
		case '=':
			return order === 0;
		case '>=':
			return order >= 0;
		case '>>':
			return order > 0;
	}
}

function comparePart(a: string, b: string): -1 | 0 | 1 {
	let i = 0;
	let j = 0;
	while (i < a.length || j < b.length) {
		while (isSign(a, i) || isSign(b, j)) {
			const difference = weight(a, i) - weight(b, j);
			if (difference !== 0) {
				return difference < 0 ? -1 : 1;
			}

			i++;
			j++;
		}

		const iEnd = endOfDigits(a, i);
		const jEnd = endOfDigits(b, j);
		const order = compareNumerals(a.slice(i, iEnd), b.slice(j, jEnd));
		if (order !== 0) {
			return order;
		}

		i = iEnd;
		j = jEnd;
	}

	return 0;
}

function isSign(text: string, index: number): boolean {
	return index < text.length && !isDigit(text.charCodeAt(index));
}

/** Digits and the end weigh the same; `~` is lighter than both. */
function weight(text: string, index: number): number {
	if (!isSign(text, index)) {
		return 0;
	}

	const code = text.charCodeAt(index);
	return code === TILDE ? -1 : isLetter(code) ? code : code + 256;
}

const TILDE = 0x7e;

function isDigit(code: number): boolean {
	return code >= 0x30 && code <= 0x39;
}

function isLetter(code: number): boolean {
	return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}

function endOfDigits(text: string, from: number): number {
	let position = from;
	while (position < text.length && isDigit(text.charCodeAt(position))) {
		position++;
	}

	return position;
}

/** By value, whatever the length. */
function compareNumerals(a: string, b: string): -1 | 0 | 1 {
	const left = a.replace(/^0+/u, '');
	const right = b.replace(/^0+/u, '');
	if (left.length !== right.length) {
		return left.length < right.length ? -1 : 1;
	}

	return left === right ? 0 : left < right ? -1 : 1;
}
