import test, {type ExecutionContext} from 'ava';
import {DeliveryEvents} from '../../src/daemon/events/delivery-events.js';
import {EventHub} from '../../src/daemon/events/event-hub.js';
import {RecordEvents} from '../../src/daemon/events/record-events.js';
import type {PeerId} from '../../src/outbound/names.js';
import type {ToldEvent} from '../../src/rpc/event-source.js';
import type {Lease} from '../../src/storage/store.js';
import {DeliverySpy} from '../helpers/delivery-spy.js';
import {numberedLease} from '../helpers/leases.js';
import {BIG_WINDOW, draftFor, storeFixture} from '../helpers/store-fixture.js';
import {Watch} from '../helpers/watch.js';

const A = 'a' as PeerId;
const acked = (lease: Lease) => ({
	lease,
	settlement: {acked: 'all', exceptions: []} as const,
	outcome: {kind: 'unsent', bytesSent: 0} as const,
	acked: {entries: lease.entryCount, bytes: 0},
	tookMs: 1,
});

const fixture = async (t: ExecutionContext) => {
	const {store, clock, peers} = await storeFixture(t);
	const hub = new EventHub(clock);
	const records = new RecordEvents({store, hub, clock});
	const log = new DeliverySpy(new Watch());
	const delivery = new DeliveryEvents(log, hub, records);
	return {store, clock, peers, hub, records, log, delivery};
};

const factsOf = ({json}: ToldEvent): object => JSON.parse(`{${json}}`) as object;

test('while nobody listens no record is looked at, and the log hears everything', async t => {
	const {store, hub, log, delivery} = await fixture(t);
	const lease: Lease = {
		...numberedLease(1000),
		entry() {
			throw new Error('an entry was looked at');
		},
	};
	delivery.leased(A, lease);
	delivery.settled(A, acked(lease));
	delivery.linkChanged(A, {from: 'up', to: 'backoff', message: 'reset', retryInMs: 1000});
	t.deepEqual([log.leases.length, log.settlements.length, log.linkChanges.length], [1, 1, 1]);
	t.is(store.handles.onCommitted, undefined, 'commits are watched for nobody');

	const end = hub.listen(() => {});
	t.truthy(store.handles.onCommitted);
	end();
	end();
	t.is(store.handles.onCommitted, undefined);
});

test('many commits within a tenth of a second are one event for each kind of move, with a few ids', async t => {
	const {store, clock, peers, hub, delivery} = await fixture(t);
	const told: ToldEvent[] = [];
	t.teardown(hub.listen(event => told.push(event)));
	for (let round = 0; round < 3; round++) {
		await store.enqueue(
			Array.from({length: 20}, (_, index) => draftFor(store, `${round} ${index}`)),
			'all',
		);
	}
	const lease = (await store.lease(peers[0] as never, BIG_WINDOW)) as Lease;
	delivery.leased(A, lease);
	await store.settle(lease, {acked: 'all', exceptions: []});
	delivery.settled(A, acked(lease));
	t.deepEqual(told, []);
	clock.advance(100);
	const facts = told.map(factsOf) as Array<{
		from: string | null;
		to: string;
		count: number;
		segment_ids: string[];
	}>;
	t.deepEqual(
		facts.map(({from, to, count, segment_ids: ids}) => [from, to, count, ids.length]),
		[
			[null, 'scheduled', 60, 0],
			['scheduled', 'inflight', 60, 8],
			['inflight', 'acked', 60, 8],
		],
	);
	clock.advance(1000);
	t.is(told.length, 3, 'nothing moves, nothing is told');
});

test('what is not told when the last listener goes is forgotten', async t => {
	const {store, clock, hub} = await fixture(t);
	const told: ToldEvent[] = [];
	const end = hub.listen(event => told.push(event));
	await store.enqueue([draftFor(store, 'x')], 'all');
	end();
	t.teardown(hub.listen(event => told.push(event)));
	clock.advance(1000);
	t.deepEqual(told, []);
});

test('an event is made once, however many listen; one that is told to many listeners is the same for all', async t => {
	const {hub} = await fixture(t);
	const told: ToldEvent[] = [];
	for (let count = 0; count < 100; count++) {
		t.teardown(hub.listen(event => told.push(event)));
	}
	let made = 0;
	const facts = {
		toJSON: () => {
			made++;
			return {};
		},
	};
	hub.tell({kind: 'change', event: 'config.reloaded', facts});
	t.deepEqual([made, told.length, new Set(told).size], [1, 100, 1]);
});

test('a link that backs off is down, with the reason cut short and when it is tried again', async t => {
	const {hub, delivery} = await fixture(t);
	const told: ToldEvent[] = [];
	t.teardown(hub.listen(event => told.push(event)));
	delivery.linkChanged(A, {from: 'probing', to: 'backoff', message: 'x'.repeat(5000), retryInMs: 1234.5});
	t.is(told[0]?.peer, 'a');
	t.like(factsOf(told[0] as ToldEvent), {
		kind: 'link',
		from: 'probing',
		to: 'down',
		error: 'x'.repeat(300),
		retry_in_seconds: 1.235,
	});
});
