/** What a collector has found. A file's text is redacted when it is put into the bundle, not before. */
export type Collected = {
	readonly files: readonly CollectedFile[];
	/** What whoever reads the files should know. */
	readonly notes?: readonly string[];
	/** Something is missing from the files, and why. */
	readonly problem?: string;
};

export type CollectedFile =
	| {readonly name: string; readonly kind: 'json'; readonly value: unknown}
	/** Was redacted by who collected it, whole, as only he knows what it is. */
	| {readonly name: string; readonly kind: 'redacted_text'; readonly text: string};

/** One part of the bundle. What it throws becomes its error in the manifest, and the others go on. */
export type Collector = {
	readonly name: string;
	/** It is given up after this. */
	readonly deadlineMs: number;
	/** `signal` says that nobody waits any more. */
	collect(signal: AbortSignal): Promise<Collected>;
};

/** Thrown by a collector for which there is nothing to collect here: that is no failure. */
export class NothingToCollect extends Error {}
