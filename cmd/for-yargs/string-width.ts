/**
 * How many columns a text takes, for yargs' help: ours holds neither escapes nor wide characters.
 *
 * The package of this name compiles the tables of Unicode each time it is loaded, which takes longer than
 * starting Node.js.
 */
export default function stringWidth(text: string): number {
	return text.length;
}
