/** The version of this dynpk, as package.json states it. */
import {readFileSync} from 'node:fs';

const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');

/** Such as `0.1.0`. */
export const version = /"version": "(?<version>[^"]+)"/u.exec(text)?.groups?.version ?? '0.0.0';
