import test from 'ava';
import type {BlockNo, PeerNo} from '../../src/outbound/units.js';
import {openStore} from '../../src/storage/open-store.js';
import {FakeClock} from '../helpers/fake-clock.js';
import {BIG_WINDOW, draftFor, storeFixture, testSettings} from '../helpers/store-fixture.js';

for (const [what, at] of [
	['version', 0],
	['entry record', 60],
] as const) {
	test(`a block whose ${what} is damaged is passed over and told once; what lies behind it is leased`, async t => {
		const fixture = await storeFixture(t);
		for (const text of ['damaged', 'whole']) {
			await fixture.store.enqueue([draftFor(fixture.store, text)], 'all');
		}
		const {env} = fixture.store.handles;
		const [first] = [...env.blocks.getRange({limit: 1})];
		const bytes = Buffer.from(first?.value ?? []);
		bytes.writeUInt8(bytes.readUInt8(at) ^ 0x40, at);
		await env.blocks.put(first?.key as number, bytes);
		await fixture.store.close();
		const told: BlockNo[] = [];
		const store = await openStore({
			stateDirectory: fixture.directory,
			clock: new FakeClock(),
			settings: testSettings,
			pid: process.pid,
			failStop: why => t.fail(why),
			onDamage: block => told.push(block),
		});
		t.teardown(() => store.close());
		const lease = await store.lease(fixture.peers[0] as PeerNo, BIG_WINDOW);
		t.is(lease?.entryCount, 1);
		t.is(String(store.readPayloads(lease as NonNullable<typeof lease>).read(0)), 'whole');
		t.is(await store.lease(fixture.peers[0] as PeerNo, BIG_WINDOW), undefined);
		t.deepEqual(told, [first?.key as BlockNo]);
		t.is(store.depth().scheduled, 1, 'its record is not lost');
	});
}
