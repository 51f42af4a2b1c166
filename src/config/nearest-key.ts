/**
 * What an unknown key was probably meant to be, out of `known` (full keys without indices): its very name in another table,
 * else a near spelling in its own. `undefined` when nothing comes near.
 */
export const nearestKey = (unknown: string, known: readonly string[]): string | undefined => {
	const [table, name] = split(unknown);
	const [best] = known
		.filter(key => split(key)[0] === table)
		.map(key => ({key, distance: editDistance(name, split(key)[1])}))
		.sort((a, b) => a.distance - b.distance);
	const limit = Math.min(name.length - 1, Math.max(3, name.length / 2));
	const near = best !== undefined && best.distance <= limit ? best.key : undefined;
	return known.find(key => split(key)[1] === name) ?? near;
};

/** The names that `table` takes, for a key that resembles none of them. */
export const keysOf = (table: string, known: readonly string[]): string[] =>
	known.filter(key => split(key)[0] === table).map(key => split(key)[1]);

const split = (key: string): [table: string, name: string] => {
	const dot = key.lastIndexOf('.');
	return [key.slice(0, Math.max(0, dot)), key.slice(dot + 1)];
};

/** Levenshtein's: single characters inserted, deleted or replaced. */
export const editDistance = (a: string, b: string): number => {
	let above = Array.from({length: b.length + 1}, (_, column) => column);
	for (let row = 1; row <= a.length; row++) {
		const current = [row];
		for (let column = 1; column <= b.length; column++) {
			const replaced = at(above, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1);
			current.push(Math.min(replaced, at(above, column) + 1, at(current, column - 1) + 1));
		}
		above = current;
	}
	return at(above, b.length);
};

const at = (row: readonly number[], column: number): number => row[column] ?? 0;
