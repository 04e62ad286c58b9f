/**
 * Digests that a package carries about itself.
 *
 * They tell damage, not origin: whoever alters a package can alter them too. Signatures are
 * `rpm -K`'s business and are not looked at.
 */
import {createHash, hash, type Hash} from 'node:crypto';
import type {RpmHeader} from './header.js';
import {headerBytes, headerNumber, headerString} from './header-values.js';
import {RpmError} from './rpm-error.js';
import {signatureTags, tags} from './tags.js';

/** OpenPGP's numbers (RFC 9580, section 9.5) and Node's names. */
const algorithms: Readonly<Record<number, string>> = {
	1: 'md5',
	2: 'sha1',
	3: 'ripemd160',
	8: 'sha256',
	9: 'sha384',
	10: 'sha512',
	11: 'sha224',
	12: 'sha3-256',
	14: 'sha3-512',
};

export interface ExpectedDigest {
	/** The name that `crypto.createHash` knows. */
	readonly algorithm: string;
	/** Lowercase hexadecimal. */
	readonly value: string;
	/** What has to be hashed ahead of the bytes in question. */
	readonly prefix?: Buffer;
}

export function digestAlgorithm(number: number): string | undefined {
	return algorithms[number];
}

export function startDigest(expected: ExpectedDigest): Hash {
	const digest = createHash(expected.algorithm);
	return expected.prefix === undefined ? digest : digest.update(expected.prefix);
}

/** Compare the header's bytes with each digest of the signature. @throws {RpmError} */
export function checkHeaderDigests(signature: RpmHeader, headerBlob: Buffer): void {
	const claims = [
		['sha3-256', headerString(signature, signatureTags.sha3_256)],
		['sha256', headerString(signature, signatureTags.sha256)],
		['sha1', headerString(signature, signatureTags.sha1)],
	] as const;
	for (const [algorithm, value] of claims) {
		if (value !== undefined && hash(algorithm, headerBlob, 'hex') !== value.toLowerCase()) {
			throw new RpmError('RPM_DIGEST_MISMATCH', `the header does not match its ${algorithm}`, {
				package: signature.package,
			});
		}
	}
}

/**
 * The digest that the compressed payload must have: the payload's own where the header carries
 * one, else the MD5 of header and payload together; `undefined` in the oldest packages.
 */
export function expectedPayloadDigest(
	signature: RpmHeader,
	header: RpmHeader,
	headerBlob: Buffer,
): ExpectedDigest | undefined {
	const value = headerString(header, tags.payloadDigest);
	const algorithm = digestAlgorithm(headerNumber(header, tags.payloadDigestAlgo) ?? 8);
	if (value !== undefined && algorithm !== undefined) {
		return {algorithm, value: value.toLowerCase()};
	}

	const md5 = headerBytes(signature, signatureTags.md5);
	return md5 && {algorithm: 'md5', value: md5.toString('hex'), prefix: headerBlob};
}
