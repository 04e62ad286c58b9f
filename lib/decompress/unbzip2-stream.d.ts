// The package brings no types: a factory of an old-style through stream.
declare module 'unbzip2-stream' {
	export default function unbzip2Stream(): NodeJS.ReadWriteStream;
}
