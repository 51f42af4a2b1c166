/** `1048576` -> `1,048,576`. */
export const grouped = (value: number): string => {
	const [whole = '', fraction] = String(value).split('.');
	const separated = whole.replaceAll(/\B(?=(\d{3})+$)/g, ',');
	return fraction === undefined ? separated : `${separated}.${fraction}`;
};

/** `1048576` -> `1 MiB`; at most three digits that mean something, never rounded up to the next unit. */
export const humanBytes = (bytes: number): string => {
	let value = bytes;
	let unit = 0;
	while (value >= 1024 && unit < UNITS.length - 1) {
		value /= 1024;
		unit++;
	}
	const decimals = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
	const scale = 10 ** decimals;
	return `${Math.floor(value * scale) / scale} ${UNITS[unit]}`;
};

/** `1,048,576 (1 MiB)`; below 1 KiB the number alone. */
export const bytesWithSize = (bytes: number): string =>
	bytes < 1024 ? grouped(bytes) : `${grouped(bytes)} (${humanBytes(bytes)})`;

/** `1,048,576 bytes/sec (1 MiB/s)`. */
export const byteRate = (bytesPerSecond: number): string =>
	bytesPerSecond < 1024
		? `${grouped(bytesPerSecond)} bytes/sec`
		: `${grouped(bytesPerSecond)} bytes/sec (${humanBytes(bytesPerSecond)}/s)`;

/** Whole percent of `part` in `whole`, rounded down; 0 of nothing is 0. */
export const percent = (part: number, whole: number): string =>
	`${whole <= 0 ? 0 : Math.floor((part / whole) * 100)}%`;

/** `1 segment`, `2 segments`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
	`${grouped(count)} ${count === 1 ? one : many}`;

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
