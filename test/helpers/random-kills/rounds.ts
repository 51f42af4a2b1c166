import type {Kill} from '../two-daemons/killer.js';
import type {SeededRandom} from '../two-daemons/random.js';

export type VictimName = 'edge' | 'hub' | 'web';

/** A share of the load is begun, somebody is killed. */
export type Round = Kill & {
	readonly victim: VictimName;
	readonly frozen: 'hub' | 'web' | undefined;
	/** Handovers released at the beginning. At least 1. */
	readonly before: number;
	/** What is on its way by then gets so long. */
	readonly loadMs: number;
	/** Handovers released in the moment, so that there is always an answer to come. At least 1. */
	readonly inMoment: number;
	/** From the moment on; of no account with `isOnAnswer`. */
	readonly delayMs: number;
};

type Fate = Pick<Round, 'victim' | 'frozen' | 'isOnAnswer'>;

/** Three in five kills are the edge's. Half of those are on an answer, half while a peer stands still. */
const FATES: readonly Fate[] = [
	{victim: 'edge', frozen: 'hub', isOnAnswer: false},
	{victim: 'web', frozen: undefined, isOnAnswer: false},
	{victim: 'edge', frozen: undefined, isOnAnswer: true},
	{victim: 'hub', frozen: undefined, isOnAnswer: false},
	{victim: 'edge', frozen: 'web', isOnAnswer: true},
	{victim: 'edge', frozen: 'web', isOnAnswer: false},
	{victim: 'web', frozen: 'web', isOnAnswer: false},
	{victim: 'edge', frozen: undefined, isOnAnswer: true},
	{victim: 'hub', frozen: 'hub', isOnAnswer: false},
	{victim: 'edge', frozen: undefined, isOnAnswer: false},
];

/** `count` kills, the fates from the `first` on in random order, with `handovers` shared out evenly. */
export const planRounds = (
	{first, count}: {readonly first: number; readonly count: number},
	handovers: number,
	random: SeededRandom,
): Round[] => {
	const fates = Array.from({length: count}, (_, index) => ({
		fate: FATES[(first + index) % FATES.length] as Fate,
		order: random.fraction(),
	}));
	const share = (index: number): number => Math.floor((handovers * index) / count);
	return fates
		.sort((a, b) => a.order - b.order)
		.map(({fate}, index) => {
			const released = share(index + 1) - share(index);
			if (released < 2) {
				throw new Error(`${handovers} handovers are too few for ${count} kills`);
			}
			const inMoment = Math.floor(released / 2);
			return {
				...fate,
				before: released - inMoment,
				loadMs: random.isLikely(0.5) ? random.integer(0, 80) : random.integer(80, 800),
				inMoment,
				delayMs: random.integer(0, 60),
				deadMs: random.isLikely(0.5) ? 0 : random.integer(0, 300),
			};
		});
};
