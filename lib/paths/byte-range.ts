/** Some of a file's bytes. */
export interface ByteRange {
	readonly offset: number;
	readonly length: number;
}
