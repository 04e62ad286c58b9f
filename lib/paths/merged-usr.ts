/**
 * One directory, two names: most systems keep `/bin`, `/sbin` and `/lib` below `/usr`, with links of
 * the old names. Packages list their files by either name, depending on their age.
 */
const either = /^(?:\/usr)?(?<rest>\/(?:bin|sbin|lib(?:32|64|x32)?)\/.*)$/u;

/** The path as a merged system has it: below `/usr`. */
export function belowUsr(path: string): string {
	const rest = either.exec(path)?.groups?.rest;
	return rest === undefined ? path : `/usr${rest}`;
}

/** The path as an old package lists it: `undefined` for one that has no other name. */
export function outsideUsr(path: string): string | undefined {
	return either.exec(path)?.groups?.rest;
}
