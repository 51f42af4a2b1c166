const KIB = 1024;
export const MIB = KIB * 1024;
export const GIB = MIB * 1024;
const TIB = GIB * 1024;

/** Binary units for those who mean them, decimal ones for those who read them off a data plan. */
const UNITS: Readonly<Record<string, number>> = {
	B: 1,
	KiB: KIB,
	MiB: MIB,
	GiB: GIB,
	TiB: TIB,
	KB: 1e3,
	MB: 1e6,
	GB: 1e9,
	TB: 1e12,
};
const SIZE = /^(\d+(?:\.\d+)?) ?([KMGT]i?B|B)$/;

/** Bytes in text such as `64 MiB`, `1.5GiB` or `10 GB`; `undefined` when it is none, or no whole number of bytes. */
export const parseByteSize = (text: string): number | undefined => {
	const [, amount, unit = ''] = SIZE.exec(text) ?? [];
	const factor = UNITS[unit];
	if (amount === undefined || factor === undefined) {
		return undefined;
	}
	const bytes = Number(amount) * factor;
	return Number.isSafeInteger(bytes) ? bytes : undefined;
};

/** Exact: the largest binary unit that divides `bytes`, else plain bytes; `parseByteSize` reads it back. */
export const formatByteSize = (bytes: number): string => {
	for (const [unit, factor] of BINARY_UNITS) {
		if (bytes >= factor && bytes % factor === 0) {
			return `${bytes / factor} ${unit}`;
		}
	}
	return `${bytes} B`;
};

const BINARY_UNITS = [
	['TiB', TIB],
	['GiB', GIB],
	['MiB', MIB],
	['KiB', KIB],
] as const;
