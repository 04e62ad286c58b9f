/** The version of this dynpk, as package.json states it. */
import {readFileSync} from 'node:fs';

const TEXT = readFileSync(new URL('../../package.json', import.meta.url)).toString();

/** Such as `0.1.0`. */
export const VERSION = /"version": "(?<version>[^"]+)"/u.exec(TEXT)?.groups?.version ?? '0.0.0';
