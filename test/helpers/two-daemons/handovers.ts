import {PRIORITIES, type Priority} from '../../../src/outbound/priorities.js';
import {bytesNamed, type SeededRandom} from './random.js';

/** One segment of the load. Its payload is made anew from its number whenever it is needed. */
export type LoadSegment = {
	/** Travels as the label `n`, so that copies are found whatever their ids. */
	readonly number: number;
	/** `undefined`: edged makes the id. */
	readonly id: string | undefined;
	readonly byteLength: number;
	readonly priority: Priority;
	readonly labels: Readonly<Record<string, string>>;
};

/** `post`: one HTTP request with one segment. `request`: a framed request of many. `rpc`: `relay.enqueue`. */
export type Door = 'post' | 'request' | 'rpc';

/** What a producer hands over in one go, and hands over again until it is answered. */
export type Handover = {readonly door: Door; readonly segments: readonly LoadSegment[]};

const LARGEST_BYTES = 2 * 1024 * 1024;
const KIB = 1024;

/** Mostly small segments, from 0 B to 2 MiB, of all classes, over all doors. */
export const planHandovers = (count: number, random: SeededRandom): Handover[] => {
	const handovers: Handover[] = [];
	for (let number = 0; number < count; ) {
		const door = random.pick<Door>(['post', 'request', 'rpc']);
		const size = Math.min(count - number, door === 'post' ? 1 : random.integer(1, MOST_SEGMENTS[door]));
		const first = number;
		const segments = Array.from({length: size}, (_, index) => planSegment(first + index, door, random));
		handovers.push({door, segments});
		number += size;
	}
	return handovers;
};

/** 3 of the largest fit a line of the control socket. */
const MOST_SEGMENTS = {request: 24, rpc: 3};

const planSegment = (number: number, door: Door, random: SeededRandom): LoadSegment => {
	// Who sends a framed request is not told the ids that were made for it.
	const isNamed = door === 'request' || random.isLikely(0.5);
	return {
		number,
		id: isNamed ? `Load.${number}:${random.integer(0, 999)}` : undefined,
		byteLength: number < BORDERS.length ? (BORDERS[number] ?? 0) : planBytes(random),
		priority: random.pick(PRIORITIES),
		labels: {
			n: String(number),
			...(random.isLikely(0.3) && {site: random.pick(['north', 'south', 'Zürich'])}),
		},
	};
};

/** Around the sizes at which storage changes its ways. */
const BORDERS = [0, LARGEST_BYTES, 1, 64 * KIB, 64 * KIB + 1, 256 * KIB, 256 * KIB + 1];

const planBytes = (random: SeededRandom): number => {
	const [least, most] = bandOf(random.fraction());
	return random.integer(least, most);
};

const bandOf = (fraction: number): readonly [least: number, most: number] => {
	if (fraction < 0.05) {
		return [0, 0];
	}
	if (fraction < 0.75) {
		return [1, 2 * KIB];
	}
	if (fraction < 0.92) {
		return [2 * KIB, 32 * KIB];
	}
	return fraction < 0.99 ? [32 * KIB, 256 * KIB] : [256 * KIB, LARGEST_BYTES];
};

export const payloadOf = ({number, byteLength}: LoadSegment): Buffer =>
	bytesNamed(`load ${number}`, byteLength);
