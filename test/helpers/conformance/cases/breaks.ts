import {deliver} from '../deliver.js';
import type {Case} from '../subject.js';

const ONE = [{bytes: 'one'}];
const BIG = [{bytes: Buffer.alloc(16_000_000, 'b')}];

/** Connections and peers that fail in the middle. */
export const BREAKS: readonly Case[] = [
	{
		title: 'a peer that takes a segment and says nothing makes it a suspect',
		async run(t, subject) {
			const stage = await subject.open(t, {
				answer() {
					stage.clock.advance(30_000);
					return 'silence';
				},
			});
			const {fates, words, link} = await deliver(t, stage.transport, ONE);
			t.deepEqual([fates, words[0], link], [['suspect'], 'The peer was silent for too long', undefined]);
		},
	},
	{
		title: 'an answer that breaks off in its head makes a suspect',
		async run(t, subject) {
			const {transport} = await subject.open(t, {answer: () => 'half_a_head'});
			const {fates, link} = await deliver(t, transport, ONE);
			t.deepEqual([fates, link], [['suspect'], undefined]);
		},
	},
	{
		title: 'a connection that is reset in the middle of a payload makes a suspect',
		async run(t, subject) {
			const {transport, stored} = await subject.open(t, {onBody: (_, {reset}) => reset()});
			const {fates, link, outcome} = await deliver(t, transport, BIG);
			t.deepEqual([fates, link], [['suspect'], undefined]);
			t.true(outcome.bytesSent < 16_000_000);
			t.deepEqual(await stored(), {});
		},
	},
	{
		title: 'a slow reader is waited for',
		async run(t, subject) {
			let left = 0;
			let seen = 0;
			let stops = 0;
			const stage = await subject.open(t, {
				onBody() {
					if (left > seen) {
						seen = left;
						stops++;
						stage.clock.advance(20_000); // Less than the time for silence, many times over.
					}
				},
			});
			const {fates} = await deliver(t, stage.transport, BIG, {
				wrote(bytes) {
					left += bytes;
				},
			});
			t.deepEqual(fates, ['acked']);
			t.true(stops > 3, `it took all in ${stops} steps`);
		},
	},
	{
		title: 'one connection serves bodies of any size, one after another',
		async run(t, subject) {
			const {transport, connections} = await subject.open(t);
			for (const size of [
				0, 1, 4096, 4097, 8192, 8193, 16_384, 20_000, 65_536, 100_000, 262_144, 2_000_000,
			]) {
				for (let time = 0; time < 3; time++) {
					const {fates} = await deliver(t, transport, [
						{id: `n${size}-${time}`, bytes: Buffer.alloc(size, 'z')},
					]);
					t.deepEqual(fates, ['acked']);
				}
			}
			t.is(connections(), 1);
		},
	},
	{
		title: 'a connection that the peer closed while it was idle is replaced',
		async run(t, subject) {
			const {transport, closeIdle, connections} = await subject.open(t);
			t.deepEqual((await deliver(t, transport, ONE)).fates, ['acked']);
			t.deepEqual((await deliver(t, transport, ONE)).fates, ['acked']);
			t.is(connections(), 1);
			await closeIdle();
			t.deepEqual((await deliver(t, transport, ONE)).fates, ['acked']);
			t.is(connections(), 2);
		},
	},
	{
		title: 'a connection that the peer resets when it is used again is replaced, and nobody is suspected',
		async run(t, subject) {
			const {transport, connections, stored} = await subject.open(t, {
				answer: ({earlierOnConnection}) => (earlierOnConnection > 0 ? 'reset' : 'usual'),
			});
			for (let time = 0; time < 3; time++) {
				const {fates, link} = await deliver(t, transport, [{id: `n${time}`, bytes: 'one'}]);
				t.deepEqual([fates, link], [['acked'], undefined]);
			}
			t.is(connections(), 3);
			t.deepEqual(Object.keys(await stored()), ['n0', 'n1', 'n2']);
		},
	},
	{
		title: 'a peer that resets fresh connections too is asked no more than twice',
		async run(t, subject) {
			let poisoned = 0;
			const {transport, requests} = await subject.open(t, {
				answer({ids}) {
					poisoned += ids.includes('poison') ? 1 : 0;
					return ids.includes('poison') ? 'reset' : 'usual';
				},
			});
			await deliver(t, transport, ONE);
			const {fates, link} = await deliver(t, transport, [{id: 'poison', bytes: 'x'}]);
			t.deepEqual([fates, link], [['suspect'], undefined]);
			t.deepEqual([poisoned, requests()], [2, 3]);
			t.deepEqual((await deliver(t, transport, [{id: 'poison', bytes: 'x'}])).fates, ['suspect']);
			t.is(poisoned, 3);
		},
	},
];
