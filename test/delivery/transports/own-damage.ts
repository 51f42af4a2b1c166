import test from 'ava';
import {createEdgedTransport} from '../../../src/delivery/transports/edged.js';
import {systemClock} from '../../../src/runtime/clock.js';
import {startFakeIngest} from '../../helpers/fake-ingest.js';
import {draftFor, storeFixture} from '../../helpers/store-fixture.js';
import {take} from '../../helpers/store-verbs.js';

for (const [what, sha256, expected] of [
	['is damaged here', new Uint8Array(32), {kind: 'answered', acked: []}],
	['is whole here', undefined, {kind: 'broken'}],
] as const) {
	test(`a peer that calls a payload damaged which ${what} is believed as far as our own copy says so`, async t => {
		const {store} = await storeFixture(t);
		const {socketPath} = await startFakeIngest(t, () => ({
			status: 400,
			body: {error: {code: 'INVALID_ARGUMENT', message: 'payload 1 does not match its SHA-256'}},
		}));
		await store.enqueue(
			[draftFor(store, 'whole'), draftFor(store, 'x', sha256 === undefined ? {} : {sha256})],
			'all',
		);
		const transport = createEdgedTransport({
			url: `unix:${socketPath}`,
			dialTimeoutMs: 5000,
			ackTimeoutMs: 5000,
			clock: systemClock,
		} as never);
		t.teardown(() => transport.close());
		const lease = await take(store);
		const outcome = await transport.send(lease, store.readPayloads(lease), {
			signal: new AbortController().signal,
			pace: bytes => bytes,
			wrote: () => {},
		});
		t.like(outcome, expected);
		if (outcome.kind === 'answered') {
			t.deepEqual(
				outcome.troubles.map(({index, kind}) => [index, kind]),
				[[1, 'corrupt']],
			);
		}
	});
}
