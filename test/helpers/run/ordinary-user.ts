/** A command line that gives root's privileges up; nothing for a tester who has none. */
export function asOrdinaryUser(): readonly string[] {
	return process.geteuid?.() === 0
		? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--']
		: [];
}
