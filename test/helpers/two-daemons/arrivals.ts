import {readOutbox} from './outbox.js';
import type {Acknowledged} from './producer.js';

/** What is wrong with the directory, in words; all empty when every promise was kept. */
export type Faults = {
	/** Acknowledged to the producer, and not there. */
	readonly missing: readonly string[];
	/** There with other bytes or another description. */
	readonly damaged: readonly string[];
	/** There more often than the producer sent it. */
	readonly tooOften: readonly string[];
	/** Files that belong to no segment. */
	readonly foreign: readonly string[];
};

export type Arrivals = {readonly faults: Faults; readonly files: number; readonly bytes: number};

/** Compares a `directory` peer's directory with what a producer was told. */
export const checkArrivals = async (
	directory: string,
	acknowledged: ReadonlyMap<number, Acknowledged>,
): Promise<Arrivals> => {
	const {arrivals, foreign, announced, unfinished} = await readOutbox(
		directory,
		number => acknowledged.get(number)?.segment,
	);
	/** Ids by the number of the segment. */
	const arrived = new Map<number, string[]>();
	for (const {id, number} of arrivals) {
		arrived.set(number, [...(arrived.get(number) ?? []), id]);
	}
	const damaged = arrivals.filter(({isFaithful}) => !isFaithful).map(({id, number}) => `${id} (n ${number})`);
	return {
		faults: {
			...compareIds(acknowledged, arrived),
			damaged,
			foreign: [...foreign, ...announced, ...unfinished],
		},
		files: arrivals.length,
		bytes: arrivals.reduce((sum, {byteLength}) => sum + byteLength, 0),
	};
};

const compareIds = (
	acknowledged: ReadonlyMap<number, Acknowledged>,
	arrived: ReadonlyMap<number, readonly string[]>,
): Pick<Faults, 'missing' | 'tooOften'> => {
	const missing: string[] = [];
	const tooOften: string[] = [];
	for (const [number, {segment, id, tries}] of acknowledged) {
		const ids = arrived.get(number) ?? [];
		if (!ids.includes(id)) {
			missing.push(`${id} (n ${number}), sent ${tries} times`);
		}
		// A segment whose id edged made is a new one each time that its producer did not hear the answer.
		if (ids.length > (segment.id === undefined ? tries : 1)) {
			tooOften.push(`n ${number}: ${ids.join(', ')}, sent ${tries} times`);
		}
	}
	return {missing, tooOften};
};
