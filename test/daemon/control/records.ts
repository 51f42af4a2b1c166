import {inspect, listRecords} from '../../../src/daemon/control/records.js';
import type {SegmentId} from '../../../src/outbound/names.js';
import type {Params} from '../../../src/rpc/contract/methods.js';
import type {StoreFixture} from '../../helpers/store-fixture.js';
import {ackAll, fill, fillDead, storeTest, take} from '../../helpers/store-verbs.js';

const desk = ({store}: StoreFixture) => ({store, config: {ingest: {socket: '/i.sock'}}}) as never;
const ask = (fixture: StoreFixture, id: SegmentId, headBytes: number) =>
	inspect(desk(fixture), {segment_id: id, head_bytes: headBytes}).payload_head;

storeTest('an inspect shows as much of a payload as was asked for', async (t, fixture) => {
	const [id] = await fill(fixture.store, ['0123456789']);
	if (id === undefined) {
		return t.fail();
	}
	t.deepEqual(ask(fixture, id, 4), {base64: Buffer.from('0123').toString('base64')});
	t.deepEqual(ask(fixture, id, 4096), {base64: Buffer.from('0123456789').toString('base64')});
	t.false('payload_head' in inspect(desk(fixture), {segment_id: id}));
});

storeTest('a payload that is not kept any more leaves the records to be seen', async (t, fixture) => {
	const {store} = fixture;
	const [id] = await fill(store, ['gone']);
	if (id === undefined) {
		return t.fail();
	}
	await ackAll(store, await take(store));
	t.deepEqual(ask(fixture, id, 4), {unavailable: `the payload of segment ${id} is not kept any more`});
});

storeTest('a listing by time takes any way to write it', async (t, fixture) => {
	const {store, clock} = fixture;
	const early = await fillDead(store, ['early']);
	clock.advance(3_600_000);
	const late = await fill(store, ['late']);
	const border = new Date(clock.now() - 1).toISOString();
	const ids = (filter: Partial<Params<'relay.list'>>) =>
		listRecords(desk(fixture), {limit: 10, ...filter}).records.map(({segment_id}) => segment_id);
	t.deepEqual(ids({since: border}), late);
	t.deepEqual(ids({until: border.replace('Z', '+00:00')}), early);
});
