import {readFile} from 'node:fs/promises';
import {encodeRequest, REQUEST_CONTENT_TYPE} from '../../../src/storage/request-codec.js';
import {edgedPeer, type Status} from '../edge-daemon.js';
import {ask} from '../http-ask.js';
import type {Teardown} from '../temp-dir.js';
import {untilStatus} from './patience.js';
import {bytesNamed} from './random.js';
import {recordsThat} from './records.js';
import {type Relay, startEdgeAndHub} from './relay.js';

export type OutageRunOptions = {
	readonly directory: string;
	/** Handed over while the hub is down. */
	readonly segments: number;
	readonly byteLength: number;
	/** How often the edge must have tried in vain before the hub returns. */
	readonly failures: number;
	readonly note: (line: string) => void;
};

export type OutageRun = {
	/** Before the hub returned. */
	readonly down: Status;
	/** Records with an attempt, before the hub returned. */
	readonly attempted: readonly string[];
	/** Records with a charged failure or more than one attempt, at the end. */
	readonly troubled: readonly string[];
	readonly edge: Status['queue_depth'];
	readonly hub: Status['queue_depth'];
	/** Anonymous memory of the edge, in bytes: with a fifth of the backlog, with all of it, and when it is delivered. */
	readonly memory: {readonly fifth: number; readonly full: number; readonly delivered: number};
};

/** The hub is gone, segments pile up at the edge, the hub comes back. */
export const runOutage = async (t: Teardown, options: OutageRunOptions): Promise<OutageRun> => {
	const {directory, segments, failures, note} = options;
	// The hub stores and goes no further: what it counts as scheduled has arrived once.
	const {edge, hub} = await startEdgeAndHub(t, directory, edgedPeer('nowhere', 'nowhere.sock'));
	await hub.kill();
	const handOver = handOverTo(edge, options.byteLength);
	const first = Math.ceil(segments / 5);
	await handOver(0, first);
	const fifth = await anonymousMemory(edge);
	await handOver(first, segments);
	const full = await anonymousMemory(edge);
	note(`${segments} segments wait; memory went from ${mebi(fifth)} to ${mebi(full)}`);
	const down = await until(edge, ({peers}) => (peers[0]?.consecutive_failures ?? 0) >= failures);
	const attempted = await recordsThat(edge, ({attempts}) => attempts.length > 0);
	await hub.start();
	const begun = performance.now();
	await until(edge, ({queue_depth: {acked}}) => acked === segments);
	note(`delivered in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
	return {
		down,
		attempted,
		troubled: await recordsThat(
			edge,
			({attempts, charged_failures: charged}) => charged > 0 || attempts.length !== 1,
		),
		edge: (await edge.status()).queue_depth,
		hub: (await hub.status()).queue_depth,
		memory: {fifth, full, delivered: await anonymousMemory(edge)},
	};
};

const REQUEST_ENTRIES = 100;

/** Hands over the segments from `first` on, before `end`: most in framed requests, some one by one, which are blocks of one. */
const handOverTo = (edge: Relay, byteLength: number) => {
	const socketPath = edge.inHome('ingest.sock');
	return async (first: number, end: number): Promise<void> => {
		for (let at = first; at < end; ) {
			const isSingle = at % (REQUEST_ENTRIES + SINGLES) < SINGLES;
			const count = isSingle ? 1 : Math.min(REQUEST_ENTRIES, end - at);
			const payloads = Array.from({length: count}, (_, index) =>
				bytesNamed(`outage ${at + index}`, byteLength),
			);
			const answer = await (isSingle
				? ask({socketPath}, payloads[0])
				: ask({socketPath, headers: {'Content-Type': REQUEST_CONTENT_TYPE}}, framed(payloads)));
			if (answer.status !== (isSingle ? 201 : 200)) {
				throw new Error(`The edge answered ${answer.status}: ${answer.body.toString().slice(0, 300)}`);
			}
			at += count;
		}
	};
};

const SINGLES = 5;

const framed = (payloads: readonly Buffer[]): Buffer => {
	const request = encodeRequest(
		payloads.map(payload => ({identity: {kind: 'made'}, payload, classNo: 2, hops: 0})),
	);
	return Buffer.concat([request.head, ...request.payloads]);
};

const anonymousMemory = async ({daemon}: Relay): Promise<number> => {
	const status = await readFile(`/proc/${daemon.pid}/status`, 'utf8');
	return Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
};

const mebi = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

const until = (relay: Relay, isReached: (status: Status) => boolean): Promise<Status> =>
	untilStatus(relay, isReached, ({queue_depth, peers}) => [queue_depth, peers[0]?.consecutive_failures]);
