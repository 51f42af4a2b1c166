import {fork} from 'node:child_process';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';
import type {Cleanup} from '../harness/cleanup.js';
import type {Relay} from './daemons.js';
import type {Form, Load, Produced} from './produce.js';

/** A producer in a process of its own. */
export type ProducerProcess = {
	readonly pid: number;
	/** Resolves when every request begun within `durationMs` was answered; rejects when one was refused. */
	produce(durationMs: number | 'warm-up'): Promise<Produced>;
};

const ENTRY = fileURLToPath(new URL('producer-process.js', import.meta.url));

export const startProducer = async (cleanup: Cleanup, load: Load): Promise<ProducerProcess> => {
	const child = fork(ENTRY, [JSON.stringify(load)]);
	cleanup.teardown(() => child.kill('SIGKILL'));
	const message = async (): Promise<unknown> => {
		const gone = once(child, 'exit').then(() => {
			throw new Error('The producer died');
		});
		const [first] = (await Promise.race([once(child, 'message'), gone])) as [unknown];
		return first;
	};
	await message();
	return {
		pid: child.pid ?? 0,
		async produce(durationMs) {
			child.send(durationMs);
			const answer = (await message()) as {produced?: Produced; failure?: string};
			if (answer.produced === undefined) {
				throw new Error(answer.failure);
			}
			return answer.produced;
		},
	};
};

/** Segments handed over and not answered for yet, bounded by the bytes that a relay buffers. */
const OUTSTANDING = 2048;
const OUTSTANDING_BYTES = 32 * 2 ** 20;
const REQUEST_BYTES = 2 ** 20;
const REQUEST_ENTRIES = 256;

/** 2,048 segments outstanding, or as many as 32 MiB hold, in requests of at most 1 MiB and 256 segments. */
export const fullLoad = (relay: Relay, form: Form, byteLength: number): Load => {
	const outstanding = Math.min(OUTSTANDING, Math.floor(OUTSTANDING_BYTES / byteLength));
	const batch = Math.max(1, Math.min(REQUEST_ENTRIES, Math.floor(REQUEST_BYTES / byteLength)));
	return form === 'single'
		? {...doors(relay), form, byteLength, batch: 1, inFlight: Math.min(SINGLE_CONNECTIONS, outstanding)}
		: {...doors(relay), form, byteLength, batch, inFlight: Math.floor(outstanding / batch)};
};

/** More only cost: with 256 connections one request per segment was not faster (LIMITS: 15,400/s and 16,100/s). */
const SINGLE_CONNECTIONS = 64;

export const doors = ({rpcSocket, ingestSocket}: Relay): Pick<Load, 'rpcSocket' | 'ingestSocket'> => ({
	rpcSocket,
	ingestSocket,
});
