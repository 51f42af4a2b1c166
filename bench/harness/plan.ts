import type {FoundBench} from './find.js';

/** Benches that are interleaved with each other. */
export type Group = {readonly name: string; readonly benches: readonly FoundBench[]};

/** Case-blind: a bench is meant when its name or its group contains one of `words`; no words mean all. */
export const select = (all: readonly FoundBench[], words: readonly string[]): readonly FoundBench[] =>
	all.filter(({bench}) => {
		const text = `${bench.group}\n${bench.name}`.toLowerCase();
		return words.length === 0 || words.some(word => text.includes(word.toLowerCase()));
	});

/**
 * Groups in order of their first bench. The yardsticks that the goals of a group name come first in it, wherever they belong:
 * a raw limit that was measured in another minute is no limit.
 */
export const planGroups = (
	all: readonly FoundBench[],
	selected: readonly FoundBench[],
	yardsticks: 'with yardsticks' | 'without yardsticks',
): readonly Group[] => {
	const byName = new Map(all.map(found => [found.bench.name, found]));
	return [...new Set(selected.map(({bench}) => bench.group))].map(name => {
		const members = selected.filter(({bench}) => bench.group === name);
		const wanted = members.flatMap(({bench}) => goalBenches(bench)).map(other => yardstick(byName, other));
		return {
			name,
			benches: [...new Set(yardsticks === 'with yardsticks' ? [...wanted, ...members] : members)],
		};
	});
};

const goalBenches = ({goals = []}: FoundBench['bench']): readonly string[] =>
	goals.flatMap(({against}) => (against === undefined ? [] : [against.bench]));

const yardstick = (byName: ReadonlyMap<string, FoundBench>, name: string): FoundBench => {
	const found = byName.get(name);
	if (found === undefined) {
		throw new Error(`A goal names the bench "${name}", which does not exist`);
	}
	return found;
};
