/**
 * `$ORIGIN`, `$LIB` and `$PLATFORM` in a path or a needed name.
 *
 * As `is_dst` and `_dl_dst_substitute` of elf/dl-load.c have it: a name runs as far as letters,
 * digits and underscores do, so `$ORIGINAL` is no token; braces end it earlier; a `$` before
 * anything else stands for itself.
 */

/** What a token stands for; `undefined` where the loader does not know. */
export interface TokenValues {
	readonly ORIGIN: string | undefined;
	readonly LIB: string | undefined;
	readonly PLATFORM: string | undefined;
}

const TOKEN = /\$(?:(?:ORIGIN|PLATFORM|LIB)(?![A-Za-z0-9_])|\{(?:ORIGIN|PLATFORM|LIB)\})/gu;

/** Replace every token; `undefined` when one has no value, which spoils the whole string. */
export function expandTokens(text: string, values: TokenValues): string | undefined {
	if (!text.includes('$')) {
		return text;
	}

	const valueOf = (token: string) => values[token.replace(/\W/gu, '') as keyof TokenValues];
	const isComplete = (text.match(TOKEN) ?? []).every(token => valueOf(token) !== undefined);
	return isComplete ? text.replace(TOKEN, token => valueOf(token) ?? token) : undefined;
}
