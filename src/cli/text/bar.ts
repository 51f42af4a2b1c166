/** `[####......]`: `part` of `whole`; empty for a whole of nothing. `width` with its ends. */
export const bar = (part: number, whole: number, width: number): string => {
	const inner = Math.max(0, width - 2);
	const share = whole <= 0 ? 0 : Math.min(1, Math.max(0, part / whole));
	// Nearly nothing is to be seen, and nearly full is not full.
	const filled = Math.min(
		part < whole ? inner - 1 : inner,
		Math.max(share > 0 ? 1 : 0, Math.floor(share * inner)),
	);
	return `[${'#'.repeat(filled)}${'.'.repeat(inner - filled)}]`;
};
