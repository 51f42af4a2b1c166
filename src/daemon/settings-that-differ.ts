type Table = Readonly<Record<string, unknown>>;

/**
 * The keys, in full, under which two effective configurations differ. Peers are told apart by their ids: `peers.hub.url`; one that
 * came or went is `peers.hub`, without its keys.
 */
export const settingsThatDiffer = (former: Table, wanted: Table): string[] => {
	const [before, after] = [peersOf(former), peersOf(wanted)];
	const isInBoth = ({id}: Named): boolean =>
		[before, after].every(peers => peers.some(peer => peer.id === id));
	const [left, right] = [
		flatten({...former, peers: before.filter(isInBoth)}, ''),
		flatten({...wanted, peers: after.filter(isInBoth)}, ''),
	];
	const keys = [...new Set([...left.keys(), ...right.keys()])];
	return [
		...keys.filter(key => left.get(key) !== right.get(key)),
		...[...before, ...after].filter(peer => !isInBoth(peer)).map(({id}) => `peers.${id}`),
	].sort();
};

type Named = Table & {readonly id: string};

const peersOf = ({peers}: Table): readonly Named[] => (Array.isArray(peers) ? peers.filter(isNamed) : []);

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

const isNamed = (value: unknown): value is Named => isTable(value) && typeof value['id'] === 'string';
