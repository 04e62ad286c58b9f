/**
 * One directory, two names: most systems keep `/bin`, `/sbin` and `/lib` below `/usr`, with links of
 * the old names. Packages list their files by either name, depending on their age.
 */
const TWO_NAMES = /^(?<usr>\/usr)?(?<rest>\/(?:bin|sbin|lib(?:32|64|x32)?)\/.*)$/u;

/** The path as a merged system has it; one that has no other name as it is. */
export function belowUsr(path: string): string {
	const {usr, rest} = TWO_NAMES.exec(path)?.groups ?? {};
	return rest === undefined || usr !== undefined ? path : `/usr${rest}`;
}

/** A path below `/usr` as an old package lists it; `undefined` for one that has no other name there. */
export function outsideUsr(path: string): string | undefined {
	const {usr, rest} = TWO_NAMES.exec(path)?.groups ?? {};
	return usr === undefined ? undefined : rest;
}
