import {hash} from 'node:crypto';
import {crc32} from 'node:zlib';
import type {SendContext, SendOutcome, Transport} from '../../src/delivery/transport.js';
import {createEdgedTransport, type EdgedTransportOptions} from '../../src/delivery/transports/edged.js';
import {createHttpTransport, type HttpTransportOptions} from '../../src/delivery/transports/http.js';
import {systemClock} from '../../src/runtime/clock.js';
import type {Lease, LeasedPayloads} from '../../src/storage/store.js';
import {type EntryDraft, leaseOf} from './leases.js';
import type {Teardown} from './temp-dir.js';

export type SentEntry = Partial<EntryDraft> & {readonly bytes: Buffer | string | 'missing' | 'corrupt'};

/** A lease and its payloads; `missing` and `corrupt` are payloads that cannot be read. */
export const leaseWith = (entries: readonly SentEntry[]): {lease: Lease; payloads: LeasedPayloads} => {
	const read = entries.map(({bytes}) =>
		bytes === 'missing' || bytes === 'corrupt' ? bytes : Buffer.from(bytes),
	);
	const lease = leaseOf(
		entries.map((entry, index) => {
			const bytes = Buffer.from(entry.bytes);
			return {
				id: `s${index}`,
				sizeBytes: bytes.length,
				sha256: hash('sha256', bytes, 'buffer'),
				crc32: crc32(bytes),
				...entry,
			};
		}),
	);
	return {lease, payloads: {read: index => read[index] ?? 'missing', frame: () => undefined}};
};

export const openTransport = (
	t: Teardown,
	options: Pick<EdgedTransportOptions, 'url'> & Partial<EdgedTransportOptions>,
): Transport => {
	const transport = createEdgedTransport({
		tls: undefined,
		serverName: undefined,
		dialTimeoutMs: 10_000,
		ackTimeoutMs: 30_000,
		clock: systemClock,
		...options,
	});
	t.teardown(() => transport.close());
	return transport;
};

export const openHttpTransport = (
	t: Teardown,
	options: Pick<HttpTransportOptions, 'url'> & Partial<HttpTransportOptions>,
): Transport => {
	const transport = createHttpTransport({
		tls: undefined,
		serverName: undefined,
		format: {name: 'raw'},
		dialTimeoutMs: 10_000,
		ackTimeoutMs: 30_000,
		clock: systemClock,
		...options,
	});
	t.teardown(() => transport.close());
	return transport;
};

export const openContext = (changes: Partial<SendContext> = {}): SendContext => ({
	signal: new AbortController().signal,
	pace: bytes => bytes,
	wrote: () => {},
	...changes,
});

export const send = (
	transport: Transport,
	entries: readonly SentEntry[],
	changes: Partial<SendContext> = {},
): Promise<SendOutcome> => {
	const {lease, payloads} = leaseWith(entries);
	return transport.send(lease, payloads, openContext(changes));
};
