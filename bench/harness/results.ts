import type {Bench, Goal} from '../bench.js';
import type {DiskControl} from './control.js';
import type {BenchRounds, GroupRounds} from './rounds.js';
import {median, spread} from './statistics.js';

/** What `--json` writes and the tables show. */
export type GroupResult = {
	readonly group: string;
	readonly controls: readonly DiskControl[];
	readonly benches: readonly BenchResult[];
};

export type BenchResult = {
	readonly name: string;
	readonly unit: string;
	readonly failure?: string;
	/** One for each round, in order. */
	readonly values: readonly number[];
	/** Medians over the rounds; absent when nothing was measured. */
	readonly medians?: Medians;
	readonly goals: readonly GoalResult[];
};

export type Medians = {
	readonly value: number;
	/** Largest less smallest value, as a share of the median. */
	readonly spread: number;
	readonly figures: Readonly<Record<string, number>>;
};

export type GoalResult = {
	/** In words, e.g. `value / (0.5 x raw fdatasync 1 KiB x 256)`. */
	readonly what: string;
	readonly bound: string;
	/** Median of the rounds, each compared with the yardstick of its own round. Absent when either side is missing. */
	readonly measured?: number;
	readonly met: boolean;
};

export const summarise = ({name, benches, controls}: GroupRounds): GroupResult => {
	const byName = new Map(benches.map(bench => [bench.found.bench.name, bench]));
	return {
		group: name,
		controls,
		benches: benches.map(({found: {bench}, rounds, failure}) => ({
			name: bench.name,
			unit: bench.unit,
			...(failure === undefined ? {} : {failure}),
			values: rounds.map(round => round.value),
			...(failure !== undefined || rounds.length === 0 ? {} : {medians: medians(rounds)}),
			goals: (bench.goals ?? []).map(goal => judgeGoal(bench, goal, byName)),
		})),
	};
};

const medians = (rounds: BenchRounds['rounds']): Medians => {
	const values = rounds.map(round => round.value);
	const labels = new Set(rounds.flatMap(round => Object.keys(round.figures)));
	return {
		value: median(values),
		spread: spread(values),
		figures: Object.fromEntries(
			[...labels].map(label => [label, median(rounds.flatMap(round => round.figures[label] ?? []))]),
		),
	};
};

const judgeGoal = (bench: Bench, goal: Goal, byName: ReadonlyMap<string, BenchRounds>): GoalResult => {
	const own = valuesOf(byName.get(bench.name), goal.figure);
	const {against} = goal;
	const other = against === undefined ? undefined : valuesOf(byName.get(against.bench), against.figure);
	const compared = own.flatMap((value, round) => compare(value, goal, other?.[round]) ?? []);
	const measured = compared.length === 0 ? undefined : median(compared);
	return {
		what: inWords(bench, goal),
		bound: goal.atLeast === undefined ? `<= ${goal.atMost}` : `>= ${goal.atLeast}`,
		...(measured === undefined ? {} : {measured}),
		met:
			measured !== undefined &&
			measured >= (goal.atLeast ?? Number.NEGATIVE_INFINITY) &&
			measured <= (goal.atMost ?? Number.POSITIVE_INFINITY),
	};
};

/** Exported for its test. `undefined` when there is nothing to compare with. */
export const compare = (value: number, {against}: Goal, other: number | undefined): number | undefined => {
	if (against === undefined) {
		return value;
	}
	if (other === undefined) {
		return undefined;
	}
	return against.as === 'excess' ? value - other : value / ((against.share ?? 1) * other);
};

const valuesOf = (bench: BenchRounds | undefined, figure: string | undefined): readonly number[] =>
	bench === undefined || bench.failure !== undefined
		? []
		: bench.rounds.map(round => (figure === undefined ? round.value : (round.figures[figure] ?? Number.NaN)));

const inWords = (bench: Bench, {figure, against}: Goal): string => {
	const own = figure ?? bench.unit;
	if (against === undefined) {
		return own;
	}
	const other = `${against.bench}${against.figure === undefined ? '' : ` ${against.figure}`}`;
	if (against.as === 'excess') {
		return `${own} - (${other})`;
	}
	return against.share === undefined ? `${own} / (${other})` : `${own} / (${against.share} x ${other})`;
};
