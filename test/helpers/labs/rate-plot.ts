/** A curve and the limit that it is to stay under, if there was one. */
export type Curve = {
	readonly title: string;
	/** Bytes per second, one value a step. */
	readonly rates: readonly number[];
	readonly stepMs: number;
	/** What was configured, from which second on. */
	readonly limits: ReadonlyArray<{readonly atMs: number; readonly bytesPerSecond: number}>;
};

const WIDTH = 900;
const HEIGHT = 160;
const LEFT = 90;
const GAP = 60;

/** Bytes per second over time, one diagram a curve below the other. */
export const ratePlot = (curves: readonly Curve[]): string => {
	const height = curves.length * (HEIGHT + GAP) + GAP;
	const diagrams = curves.map((curve, index) => diagram(curve, GAP + index * (HEIGHT + GAP)));
	return `<svg xmlns="http://www.w3.org/2000/svg" width="${LEFT + WIDTH + 40}" height="${height}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="white"/>
${diagrams.join('\n')}
</svg>
`;
};

const diagram = ({title, rates, stepMs, limits}: Curve, top: number): string => {
	const limited = limits.map(({bytesPerSecond}) => bytesPerSecond).filter(rate => rate > 1);
	const most = 1.5 * Math.max(...limited, 1);
	const durationMs = rates.length * stepMs;
	const x = (ms: number): string => (LEFT + (ms / durationMs) * WIDTH).toFixed(1);
	const y = (rate: number): string => (top + HEIGHT - (Math.min(rate, most) / most) * HEIGHT).toFixed(1);
	const points = rates.map(
		(rate, step) => `${x(step * stepMs)},${y(rate)} ${x((step + 1) * stepMs)},${y(rate)}`,
	);
	const bounds = limits.map(({atMs, bytesPerSecond}, index) => {
		const end = limits[index + 1]?.atMs ?? durationMs;
		const height = y(bytesPerSecond === 0 ? most : bytesPerSecond);
		return `<line x1="${x(atMs)}" x2="${x(end)}" y1="${height}" y2="${height}" stroke="#c00" stroke-dasharray="4 3"/>`;
	});
	const seconds = Array.from({length: Math.floor(durationMs / 1000) + 1}, (_, second) => {
		const at = x(second * 1000);
		return `<text x="${at}" y="${top + HEIGHT + 14}" text-anchor="middle" fill="#555">${second}</text>`;
	});
	return `<text x="${LEFT}" y="${top - 8}">${title}</text>
<text x="${LEFT - 6}" y="${top + 10}" text-anchor="end" fill="#555">${Math.round(most)} B/s</text>
<text x="${LEFT - 6}" y="${top + HEIGHT}" text-anchor="end" fill="#555">0</text>
<rect x="${LEFT}" y="${top}" width="${WIDTH}" height="${HEIGHT}" fill="none" stroke="#999"/>
<polyline points="${points.join(' ')}" fill="none" stroke="#06c"/>
${bounds.join('\n')}
${seconds.join('\n')}`;
};
