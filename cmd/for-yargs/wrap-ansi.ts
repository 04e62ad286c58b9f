/**
 * Fold lines of plain text at blanks, for yargs' help, where the package of this name folds them.
 *
 * A word that is wider than a line is cut.
 */
export default function wrapText(text: string, columns: number): string {
	return text
		.split('\n')
		.map(line => foldLine(line, columns).join('\n'))
		.join('\n');
}

function foldLine(line: string, columns: number): string[] {
	const rows: string[] = [];
	let row = '';
	for (const word of line.trim().split(' ')) {
		const joined = row === '' ? word : `${row} ${word}`;
		if (joined.length <= columns) {
			row = joined;
			continue;
		}

		if (row !== '') {
			rows.push(row.trimEnd());
		}

		row = word;
		while (row.length > columns) {
			rows.push(row.slice(0, columns));
			row = row.slice(columns);
		}
	}

	return [...rows, row.trimEnd()];
}
