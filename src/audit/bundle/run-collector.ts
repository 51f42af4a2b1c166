import type {Clock} from '../../runtime/clock.js';
import {redactText} from '../redact/redact-text.js';
import {type Collected, type Collector, NothingToCollect} from './collector.js';

export type CollectorReport = {
	readonly name: string;
	readonly status: 'ok' | 'failed' | 'skipped';
	readonly duration_ms: number;
	readonly files: readonly string[];
	readonly notes: readonly string[];
	/** Why it failed or was skipped. */
	readonly error?: string;
};

export type CollectorRun = {readonly report: CollectorReport; readonly collected: Collected};

export type CollectorLimits = {
	readonly clock: Clock;
	readonly remainingMs: number;
	/** Ends it at once. */
	readonly signal: AbortSignal;
};

/** Runs one collector within `remainingMs`. Never rejects, and never waits longer: what hangs is left behind. */
export const runCollector = async (
	collector: Collector,
	{clock, remainingMs, signal}: CollectorLimits,
): Promise<CollectorRun> => {
	const {name, deadlineMs} = collector;
	const startedAt = clock.elapsed();
	const abort = new AbortController();
	const mostMs = Math.min(deadlineMs, remainingMs);
	let cancel = (): void => {};
	const late = new Promise<never>((_, reject) => {
		cancel = clock.after(mostMs, () => {
			reject(new Error(`it took longer than ${Math.round(mostMs / 100) / 10} s`));
			abort.abort();
		});
	});
	let interrupt = (): void => {};
	const interrupted = new Promise<never>((_, reject) => {
		interrupt = () => {
			reject(signal.reason);
			abort.abort();
		};
		signal.addEventListener('abort', interrupt, {once: true});
	});
	late.catch(() => {});
	interrupted.catch(() => {});
	const done = (status: CollectorReport['status'], collected: Collected, error?: string): CollectorRun => ({
		collected,
		report: {
			name,
			status,
			duration_ms: Math.round(clock.elapsed() - startedAt),
			files: collected.files.map(file => file.name),
			notes: (collected.notes ?? []).map(redactText),
			...(error === undefined ? {} : {error: oneLine(redactText(error))}),
		},
	});
	try {
		if (mostMs <= 0) {
			return done('skipped', NOTHING, 'the time for the whole bundle was used up');
		}
		const collected = await Promise.race([collector.collect(abort.signal), late, interrupted]);
		return collected.problem === undefined
			? done('ok', collected)
			: done('failed', collected, collected.problem);
	} catch (error) {
		return done(error instanceof NothingToCollect ? 'skipped' : 'failed', NOTHING, wordsOf(error));
	} finally {
		cancel();
		signal.removeEventListener('abort', interrupt);
	}
};

const NOTHING: Collected = {files: []};

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const MOST_WORDS = 500;
const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim().slice(0, MOST_WORDS);
