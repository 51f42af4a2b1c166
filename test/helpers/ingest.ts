import type {RequestOptions} from 'node:https';
import path from 'node:path';
import type {IngestBackend, IngestOptions, IngestState} from '../../src/ingest/options.js';
import {IngestServer} from '../../src/ingest/server.js';
import type {PeerId} from '../../src/outbound/names.js';
import type {Clock} from '../../src/runtime/clock.js';
import {systemClock} from '../../src/runtime/clock.js';
import {ask, type HttpAnswer} from './http-ask.js';
import {MemoryStore} from './memory-store.js';
import {silentLogger} from './silent-logger.js';
import {type Teardown, temporaryDirectory} from './temp-dir.js';

export type IngestFixture = {
	readonly server: IngestServer;
	readonly store: MemoryStore;
	readonly socketPath: string;
	readonly errors: unknown[];
	state: IngestState;
	/** Asks on the Unix socket. */
	ask(options: RequestOptions, body?: Buffer | string): Promise<HttpAnswer>;
};

/** A running ingest over a store in memory. */
export const startIngest = async (
	t: Teardown,
	{
		clock = systemClock,
		backend,
		...changes
	}: Partial<IngestOptions> & {clock?: Clock; backend?: Partial<IngestBackend>} = {},
): Promise<IngestFixture> => {
	const socketPath = path.join(await temporaryDirectory(t), 'ingest.sock');
	const store = new MemoryStore();
	const errors: unknown[] = [];
	const fixture = {state: 'running' as IngestState};
	const server = new IngestServer(
		{
			socket: {path: socketPath, mode: 0o660, group: ''},
			listener: undefined,
			allowedSenders: [],
			maxHops: 8,
			maxBufferedBytes: 32 * 1024 * 1024,
			maxSegmentBytes: 1024 * 1024,
			senderBytesPerSecond: 0,
			maxConnections: {local: 1024, tls: 512},
			...changes,
		},
		{
			store,
			defaultRoute: () => store.route(['peer-default' as PeerId]),
			accepting: () => fixture.state,
			clock,
			logger: silentLogger,
			onError: error => errors.push(error),
			...backend,
		},
	);
	await server.start();
	t.teardown(() => server.stop());
	return Object.assign(fixture, {
		server,
		store,
		socketPath,
		errors,
		ask: (options: RequestOptions, body?: Buffer | string) => ask({socketPath, ...options}, body),
	});
};
