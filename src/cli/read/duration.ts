/** A length of time in milliseconds: `10s`, `500ms`, `1h30m`, `2d`; a bare number is seconds. Above 0. */
export const readDurationMs = (text: string): number => {
	const compact = text.trim().replaceAll(' ', '').toLowerCase();
	const milliseconds = BARE.test(compact) ? Number(compact) * 1000 : sumOfParts(compact);
	if (milliseconds === undefined || !(milliseconds > 0) || !Number.isFinite(milliseconds)) {
		throw new Error('Give a time such as 30s, 5m, 1h30m or 2d.');
	}
	return milliseconds;
};

const BARE = /^\d+(?:\.\d+)?$/;
const WHOLE = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d|w))+$/;
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g;
const UNIT_MS: Readonly<Record<string, number>> = {
	ms: 1,
	s: 1000,
	m: 60_000,
	h: 3_600_000,
	d: 86_400_000,
	w: 604_800_000,
};

const sumOfParts = (text: string): number | undefined =>
	WHOLE.test(text)
		? [...text.matchAll(PART)].reduce(
				(sum, [, number, unit]) => sum + Number(number) * (UNIT_MS[unit ?? ''] ?? Number.NaN),
				0,
			)
		: undefined;
