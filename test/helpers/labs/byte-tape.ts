/** When how many bytes came, in milliseconds of any one clock. */
export type Arrival = {readonly atMs: number; readonly bytes: number};

/** What came over a wire, byte for byte and with the time of each piece. */
export class ByteTape {
	readonly #arrivals: Arrival[] = [];

	/** In order of time. */
	note(atMs: number, bytes: number): void {
		this.#arrivals.push({atMs, bytes});
	}

	/** From `from` on, and before `to`. */
	between(from: number, to: number): readonly Arrival[] {
		return this.#arrivals.filter(({atMs}) => atMs >= from && atMs < to);
	}
}

export const bytesOf = (arrivals: readonly Arrival[]): number =>
	arrivals.reduce((sum, {bytes}) => sum + bytes, 0);

/**
 * Bytes per second from the first arrival to the last: what the first brought had its time before. So the figure does not depend on
 * where between two chunks the measurement began. 0 for fewer than two arrivals.
 */
export const meanRate = (arrivals: readonly Arrival[]): number => {
	const [first] = arrivals;
	const last = arrivals.at(-1);
	if (first === undefined || last === undefined || last.atMs === first.atMs) {
		return 0;
	}
	return ((bytesOf(arrivals) - first.bytes) * 1000) / (last.atMs - first.atMs);
};

/** The most bytes that came within any `windowMs`, wherever it begins. */
export const worstWindow = (arrivals: readonly Arrival[], windowMs: number): number => {
	let worst = 0;
	let within = 0;
	let oldest = 0;
	for (const {atMs, bytes} of arrivals) {
		within += bytes;
		for (let old = arrivals[oldest]; old !== undefined && old.atMs <= atMs - windowMs; ) {
			within -= old.bytes;
			oldest++;
			old = arrivals[oldest];
		}
		worst = Math.max(worst, within);
	}
	return worst;
};

/** Bytes per second in each of the steps of `stepMs` from `from` to `to`. */
export const stepRates = (
	arrivals: readonly Arrival[],
	{from, to, stepMs}: {readonly from: number; readonly to: number; readonly stepMs: number},
): readonly number[] => {
	const steps = new Array<number>(Math.ceil((to - from) / stepMs)).fill(0);
	for (const {atMs, bytes} of arrivals) {
		const step = Math.floor((atMs - from) / stepMs);
		if (step >= 0 && step < steps.length) {
			steps[step] = (steps[step] ?? 0) + (bytes * 1000) / stepMs;
		}
	}
	return steps;
};
