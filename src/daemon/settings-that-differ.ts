type Table = Readonly<Record<string, unknown>>;

/** The keys, in full, under which two effective configurations differ. Peers are told apart by their ids: `peers.hub.url`. */
export const settingsThatDiffer = (former: Table, wanted: Table): string[] => {
	const [before, after] = [flatten(former, ''), flatten(wanted, '')];
	const keys = new Set([...before.keys(), ...after.keys()]);
	return [...keys].filter(key => before.get(key) !== after.get(key)).sort();
};

const flatten = (value: unknown, key: string): Map<string, string> => {
	if (Array.isArray(value) && value.every(isNamed)) {
		return flatten(Object.fromEntries(value.map(item => [item.id, item])), key);
	}
	if (!isTable(value)) {
		return new Map([[key, JSON.stringify(value)]]);
	}
	return new Map(
		Object.entries(value).flatMap(([name, inner]) => [
			...flatten(inner, key === '' ? name : `${key}.${name}`),
		]),
	);
};

const isTable = (value: unknown): value is Table =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

const isNamed = (value: unknown): value is Table & {readonly id: string} =>
	isTable(value) && typeof value['id'] === 'string';
