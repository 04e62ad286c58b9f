// The package brings no types.
declare module 'damerau-levenshtein' {
	export default function compare(a: string, b: string): {readonly steps: number};
}
