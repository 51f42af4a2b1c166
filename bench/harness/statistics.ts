/** Of a copy; the mean of the middle two when there is no middle one. Throws for an empty list: a bench without a result is a bug. */
export const median = (values: readonly number[]): number => {
	const sorted = values.toSorted((a, b) => a - b);
	const upper = sorted[Math.floor(sorted.length / 2)];
	const lower = sorted[Math.floor((sorted.length - 1) / 2)];
	if (upper === undefined || lower === undefined) {
		throw new Error('A median needs at least one value');
	}
	return (lower + upper) / 2;
};

/** Largest less smallest, as a share of the median: 0.1 means that the rounds lay within a tenth of it. */
export const spread = (values: readonly number[]): number => {
	const middle = median(values);
	return middle === 0 ? 0 : (Math.max(...values) - Math.min(...values)) / Math.abs(middle);
};

/** The smallest value that at least `share` of all values do not exceed (nearest rank), 0 < share <= 1. */
export const percentile = (values: readonly number[], share: number): number => {
	const sorted = Float64Array.from(values).sort();
	const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
	if (value === undefined) {
		throw new Error('A percentile needs at least one value');
	}
	return value;
};

/** Two figures every latency bench shows. */
export const latencyFigures = (milliseconds: readonly number[]): Record<string, number> => ({
	'p50 ms': percentile(milliseconds, 0.5),
	'p99 ms': percentile(milliseconds, 0.99),
});
