import type {BenchResult, GroupResult} from './results.js';
import {median, spread} from './statistics.js';
import {number, percent, table} from './table.js';

/** One group as text: what the disk could do, a row for each bench, a row for each goal. */
export const reportGroup = (result: GroupResult): string => {
	const parts = [`## ${result.group}`, controlLine(result), benchTable(result.benches)];
	const goals = goalTable(result.benches);
	const failures = result.benches.flatMap(({name, failure}) =>
		failure === undefined ? [] : `FAILED ${name}: ${failure}`,
	);
	return [...parts, ...(goals === undefined ? [] : [goals]), ...failures].join('\n\n');
};

const controlLine = ({controls}: GroupResult): string => {
	const syncs = controls.map(control => control.fdatasyncMs);
	const speeds = controls.map(control => control.megabytesPerSecond);
	return (
		`disk control, ${controls.length} rounds: append 4 KiB + fdatasync ${number(median(syncs))} ms ` +
		`(spread ${percent(spread(syncs))}), append 1 MiB + fdatasync ${number(median(speeds))} MB/s ` +
		`(spread ${percent(spread(speeds))})`
	);
};

const benchTable = (benches: readonly BenchResult[]): string => {
	const labels = [...new Set(benches.flatMap(({medians}) => Object.keys(medians?.figures ?? {})))];
	return table([
		['bench', 'median', 'unit', 'spread', ...labels],
		...benches.map(({name, unit, medians}) =>
			medians === undefined
				? [name, '-', unit]
				: [
						name,
						number(medians.value),
						unit,
						percent(medians.spread),
						...labels.map(label => figure(medians.figures[label], label)),
					],
		),
	]);
};

const figure = (value: number | undefined, label: string): string => {
	if (value !== undefined) {
		return number(value);
	}
	return label === 'disk B/B' ? 'n/a' : '-';
};

const goalTable = (benches: readonly BenchResult[]): string | undefined => {
	const rows = benches.flatMap(({name, goals}) =>
		goals.map(({what, bound, measured, met}) => [
			name,
			what,
			measured === undefined ? '-' : number(measured),
			bound,
			met ? 'met' : 'MISSED',
		]),
	);
	return rows.length === 0 ? undefined : table([['goal of', 'what', 'measured', 'goal', ''], ...rows]);
};
