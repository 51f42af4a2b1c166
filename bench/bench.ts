/**
 * A bench is data. A file below `bench/` takes part by exporting `benches: readonly Bench[]`; `bench/run.ts` finds it.
 *
 * Each bench has a process of its own that is opened once, warmed up, and asked for one round at a time: the rounds of all
 * benches of a group are interleaved, so a machine that drifts hits every row of the table and not the last one.
 */
export type Bench = {
	/** Unique over all files; what the words on the command line match and what goals refer to. */
	readonly name: string;
	/** Benches of one group are interleaved and printed as one table. The yardsticks they name are run with them. */
	readonly group: string;
	/** Of the value, e.g. `segments/s`; a `Sample` with operations gives operations per second. */
	readonly unit: string;
	readonly goals?: readonly Goal[];
	/** It differs from another bench by a size only: `--quick` without words leaves it out. */
	readonly isVariant?: boolean;
	/** Called once, in the bench's own process; what it opens is closed by `close` of what it returns. */
	setup(context: BenchContext): Promise<ReadyBench>;
};

export type BenchContext = {
	/** `quick`: the least work that still walks the whole path (under half a second). `full`: 0.5 to 3 seconds a round. */
	readonly scale: 'quick' | 'full';
	/** An empty directory on the disk that is measured, removed afterwards. Short enough for Unix sockets. */
	readonly directory: string;
};

export type ReadyBench = {
	/** One round. What must not be timed goes to `prepare`. Checks its own result and throws when it is wrong. */
	run(): Promise<Sample>;
	/** Before each round, untimed. */
	prepare?(): Promise<void>;
	/** Processes whose memory counts too; this one always does. */
	pids?(): readonly number[];
	close(): Promise<void>;
};

export type Sample = {
	/** Payload bytes made durable, once each: what the bytes to disk are divided by. */
	readonly payloadBytes?: number;
	/** More results of the round, by label with unit, e.g. `{'p99 ms': 1.2}`; the table shows their medians. */
	readonly figures?: Readonly<Record<string, number>>;
} & (
	| {
			/** Done in this round; the value is operations per second. */
			readonly operations: number;
			/** When the round has parts that must not count; else the harness's own watch around `run`. */
			readonly elapsedMs?: number;
	  }
	/** Measured by the bench itself, e.g. a latency. */
	| {readonly value: number}
);

/** A target, printed beside what was measured. Exactly one of the bounds. */
export type Goal = {
	/**
	 * The figure of this bench that is meant; the value when absent. Beside a bench's own there are `disk B/B` (bytes to the
	 * block device per payload byte), `RSS MB` (without pages shared with files) and `CPU us/op`.
	 */
	readonly figure?: string;
	/** Another bench of the run. `ratio`: divided by `share` of its value. `excess`: its value is taken away. */
	readonly against?: {
		readonly bench: string;
		readonly as: 'ratio' | 'excess';
		/** @default 1 */
		readonly share?: number;
		/** @default its value */
		readonly figure?: string;
	};
	readonly atLeast?: number;
	readonly atMost?: number;
};
