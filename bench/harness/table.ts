/** Aligned columns, two blanks between them: the first to the left, the others to the right. */
export const table = (rows: readonly (readonly string[])[]): string => {
	const widths: number[] = [];
	for (const row of rows) {
		for (const [column, cell] of row.entries()) {
			widths[column] = Math.max(widths[column] ?? 0, cell.length);
		}
	}
	return rows
		.map(row =>
			row
				.map((cell, column) =>
					column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
				)
				.join('  ')
				.trimEnd(),
		)
		.join('\n');
};

/** Three significant digits, thousands apart, no exponent: 391,204 · 12.3 · 0.45. */
export const number = (value: number): string => {
	const size = Math.abs(value);
	const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
	return value.toLocaleString('en-US', {maximumFractionDigits: digits});
};

export const percent = (share: number): string => `${Math.round(share * 100)} %`;
