/** A number of bytes as operators write it: `65536`, `65,536`, `64 KiB`, `1.5MiB`, `10 GB`, also with `/s` behind. */
export const readBytes = (text: string): number => {
	const [, digits, unit] = PATTERN.exec(text.trim()) ?? [];
	const factor = FACTORS.get((unit ?? 'b').toLowerCase());
	if (digits === undefined || factor === undefined) {
		throw new Error('Give bytes such as 65536, "64 KiB" or "10 MiB".');
	}
	const bytes = Number(digits.replaceAll(/[,_]/g, '')) * factor;
	if (!Number.isSafeInteger(bytes)) {
		throw new Error(Number.isInteger(bytes) ? 'That is too large.' : 'That is not a whole number of bytes.');
	}
	return bytes;
};

const PATTERN = /^(\d[\d,_]*(?:\.\d+)?)\s*([a-z]+)?(?:\/s(?:ec)?)?$/i;
const FACTORS: ReadonlyMap<string, number> = new Map([
	['b', 1],
	['byte', 1],
	['bytes', 1],
	['kib', 1024],
	['mib', 1024 ** 2],
	['gib', 1024 ** 3],
	['tib', 1024 ** 4],
	['kb', 1000],
	['mb', 1000 ** 2],
	['gb', 1000 ** 3],
	['tb', 1000 ** 4],
]);
