/** Records a second: `50`, `0.5`, `50/s`. */
export const readRate = (text: string): number => {
	const rate = /^(\d[\d,_]*(?:\.\d+)?)(?:\/s)?$/.exec(text.trim())?.[1]?.replaceAll(/[,_]/g, '');
	const value = Number(rate ?? Number.NaN);
	if (!(value >= LEAST && value <= MOST)) {
		throw new Error(`Give records a second, from ${LEAST} to ${MOST}.`);
	}
	return value;
};

/** What the daemon takes. */
const LEAST = 0.001;
const MOST = 100_000;
