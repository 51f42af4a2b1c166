import test from 'ava';
import {MAX_QUEUED_EVENT_CHARS, MAX_QUEUED_EVENTS} from '../../src/rpc/limits.js';
import {Subscription, type SubscriptionOptions} from '../../src/rpc/subscription.js';

type Told = {readonly seq: number; readonly kind: string; readonly [name: string]: unknown};

const subscription = (filter: SubscriptionOptions['filter'] = {}) => {
	let ready = 0;
	let lost = 0;
	const one = new Subscription({
		id: 'sub-1',
		filter,
		now: () => 'now',
		onReady: () => ready++,
		onLost: () => lost++,
	});
	const take = (): Told | undefined => {
		const line = one.take();
		return line === undefined ? undefined : (JSON.parse(line) as {params: Told}).params;
	};
	const all = (): Told[] => {
		const told: Told[] = [];
		for (let next = take(); next !== undefined; next = take()) {
			told.push(next);
		}
		return told;
	};
	return {one, take, all, ready: () => ready, lost: () => lost};
};

const link = (peer = 'hub', text = '') =>
	({kind: 'link', peer, json: `"kind":"link","peer_id":"${peer}","text":"${text}"`}) as const;
const storage = {kind: 'storage', peer: undefined, json: '"kind":"storage"'} as const;

test('events come in order, numbered, as notifications of the subscription', t => {
	const {one, all} = subscription();
	one.offer(link());
	t.deepEqual(JSON.parse(one.take() ?? ''), {
		jsonrpc: '2.0',
		method: 'relay.event',
		params: {subscription_id: 'sub-1', seq: 1, kind: 'link', peer_id: 'hub', text: ''},
	});
	one.offer(storage);
	one.offer(link('b'));
	t.deepEqual(
		all().map(({seq, kind}) => [seq, kind]),
		[
			[2, 'storage'],
			[3, 'link'],
		],
	);
	t.is(one.take(), undefined);
});

test('a filter lets through its peer, its kinds, and what concerns no peer', t => {
	const {one, all, ready} = subscription({peer_id: 'hub' as never, kinds: ['link', 'storage']});
	one.offer(link('hub'));
	one.offer(link('other'));
	one.offer(storage);
	one.offer({kind: 'records', peer: 'hub', json: '"kind":"records"'});
	t.deepEqual(
		all().map(({seq, kind}) => [seq, kind]),
		[
			[1, 'link'],
			[2, 'storage'],
		],
	);
	t.is(ready(), 2);
});

test('what finds no room is counted by kind and told as a gap in its place; numbers go on over it', t => {
	const {one, all, lost, take} = subscription();
	for (let count = 0; count < MAX_QUEUED_EVENTS; count++) {
		one.offer(link());
	}
	one.offer(link());
	one.offer(storage);
	t.is(take()?.seq, 1);
	one.offer(storage); // There would be room, but it would stand before what was lost.
	t.is(one.waiting, MAX_QUEUED_EVENTS);
	const told = all();
	t.deepEqual(told.at(-1), {
		subscription_id: 'sub-1',
		seq: MAX_QUEUED_EVENTS + 3,
		at: 'now',
		kind: 'gap',
		lost: 3,
		kinds: {link: 1, storage: 2},
	});
	t.is(told.length, MAX_QUEUED_EVENTS);
	t.is(lost(), 3);
	one.offer(link());
	t.like(take(), {seq: MAX_QUEUED_EVENTS + 4, kind: 'link'});
});

test('few long events are bounded by their length', t => {
	const {one} = subscription();
	for (let count = 0; count < 100; count++) {
		one.offer(link('hub', 'x'.repeat(MAX_QUEUED_EVENT_CHARS / 4)));
	}
	t.is(one.waiting, 4 + 1);
});

test('a reader that keeps up for ever costs no more than one that has just come', t => {
	const {one, all} = subscription();
	for (let round = 0; round < 1000; round++) {
		for (let count = 0; count < 10; count++) {
			one.offer(link());
		}
		t.is(all().length, 10);
	}
	t.is(one.waiting, 0);
});
