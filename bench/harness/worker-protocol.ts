import type {BenchContext} from '../bench.js';

/** From the runner to a worker, one at a time. */
export type WorkerOrder =
	| {
			readonly kind: 'open';
			readonly module: string;
			readonly bench: string;
			readonly context: BenchContext;
	  }
	| {readonly kind: 'round'}
	| {readonly kind: 'close'};

/** A worker's answer to each order. */
export type WorkerAnswer =
	| {readonly kind: 'done'}
	| {readonly kind: 'measured'; readonly round: Round}
	| {readonly kind: 'failed'; readonly message: string};

/** One round of one bench. Figures are the bench's own and those that `measure.ts` adds to each. */
export type Round = {
	readonly value: number;
	readonly figures: Readonly<Record<string, number>>;
};
