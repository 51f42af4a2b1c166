import {deliver} from '../deliver.js';
import type {Case} from '../subject.js';

const THREE = [{bytes: 'one'}, {bytes: 'two'}, {bytes: 'three'}];

/** What a lease and its payloads may be like, and how a send may end from our side. */
export const LEASES: readonly Case[] = [
	{
		title: 'what is taken is acknowledged, and is there byte for byte',
		async run(t, subject) {
			const {transport, stored} = await subject.open(t);
			const entries = [...THREE, {bytes: ''}, {bytes: 'x'.repeat(300_000)}];
			t.deepEqual((await deliver(t, transport, entries)).fates, new Array(5).fill('acked'));
			t.deepEqual(await stored(), {s0: 'one', s1: 'two', s2: 'three', s3: '', s4: 'x'.repeat(300_000)});
		},
	},
	{
		title: 'more segments than can be under way at a time all arrive',
		async run(t, subject) {
			const {transport, stored} = await subject.open(t);
			const entries = Array.from({length: 150}, (_, index) => ({bytes: `payload ${index}`}));
			const {fates, outcome} = await deliver(t, transport, entries);
			t.deepEqual(new Set(fates), new Set(['acked']));
			t.like(outcome, {acked: [[0, 149]]});
			t.deepEqual(await stored(), Object.fromEntries(entries.map(({bytes}, index) => [`s${index}`, bytes])));
		},
	},
	{
		title: 'what is refused is rejected with words, and the rest is taken',
		async run(t, subject) {
			const {transport, stored} = await subject.open(t, {refuses: ['s1']});
			const {fates, words, link} = await deliver(t, transport, THREE);
			t.deepEqual(fates, ['acked', 'rejected', 'acked']);
			t.regex(
				words[1] ?? '',
				subject.name === 'directory' ? /is there with other content/ : /UNWANTED: not that one/,
			);
			t.is(link, undefined);
			t.deepEqual(Object.keys(await stored()).sort(), ['s0', 's2']);
		},
	},
	{
		title: 'what is delivered twice is acknowledged twice, and is there once',
		async run(t, subject) {
			const {transport, stored} = await subject.open(t);
			for (let time = 0; time < 2; time++) {
				t.deepEqual((await deliver(t, transport, THREE)).fates, ['acked', 'acked', 'acked']);
			}
			t.deepEqual(await stored(), {s0: 'one', s1: 'two', s2: 'three'});
		},
	},
	{
		title: 'a payload that cannot be read is told and not sent, the rest is',
		async run(t, subject) {
			const {transport, stored} = await subject.open(t);
			const entries = [{bytes: 'a'}, {bytes: 'missing'}, {bytes: 'b'}, {bytes: 'corrupt'}, {bytes: 'c'}];
			t.deepEqual((await deliver(t, transport, entries)).fates, [
				'acked',
				'missing',
				'acked',
				'corrupt',
				'acked',
			]);
			t.deepEqual(await stored(), {s0: 'a', s2: 'b', s4: 'c'});
			const alone = await deliver(t, transport, [{bytes: 'corrupt'}]);
			t.deepEqual([alone.fates, alone.link, alone.outcome.bytesSent], [['corrupt'], undefined, 0]);
		},
	},
	{
		title: 'nothing leaves before its pace allows',
		async run(t, subject) {
			const {transport} = await subject.open(t);
			let allowed = 0;
			let used = 0;
			await deliver(t, transport, THREE, {
				async pace(bytes) {
					await Promise.resolve();
					allowed += bytes;
					return bytes;
				},
				wrote(_bytes, paced) {
					used += paced;
					t.true(used <= allowed, `${used} bytes used when ${allowed} were allowed`);
				},
			});
			t.is(used, allowed);
		},
	},
	{
		title: 'a send that was ended before it began leaves nothing anywhere',
		async run(t, subject) {
			const {transport, stored} = await subject.open(t);
			t.deepEqual((await deliver(t, transport, THREE, {signal: AbortSignal.abort()})).outcome, {
				kind: 'unsent',
				bytesSent: 0,
			});
			const controller = new AbortController();
			const waiting = await deliver(t, transport, THREE, {
				signal: controller.signal,
				pace: () => new Promise(() => controller.abort()),
			});
			t.deepEqual(waiting.outcome, {kind: 'unsent', bytesSent: 0});
			t.deepEqual(await stored(), {});
		},
	},
	{
		title:
			'a send that is ended in the middle ends at once, blames nobody, and claims nothing that is not there',
		async run(t, subject) {
			const controller = new AbortController();
			const {transport, stored} = await subject.open(t, {answer: () => 'silence'});
			const entries = Array.from({length: 40}, (_, index) => ({bytes: `${index}`.repeat(50_000)}));
			const {fates, link} = await deliver(t, transport, entries, {
				signal: controller.signal,
				wrote: () => controller.abort(),
			});
			const there = await stored();
			t.true(fates.every((fate, index) => fate !== 'acked' || `s${index}` in there));
			t.true(fates.every(fate => ['acked', 'suspect', 'released'].includes(fate)));
			t.true(fates.includes('released') || fates.includes('suspect'));
			t.is(link, undefined);
		},
	},
	{
		title: 'a probe moves no segment, and is well with a peer that is',
		async run(t, subject) {
			const {transport, stored, requests} = await subject.open(t);
			t.deepEqual(await transport.probe(new AbortController().signal), {kind: 'well'});
			t.deepEqual(await stored(), {});
			t.is(requests(), 0);
		},
	},
	{
		title: 'nobody at the address is the trouble of the link, and of its probe',
		async run(t, subject) {
			const {transport, goAway} = await subject.open(t);
			await goAway();
			const {fates, link, outcome} = await deliver(t, transport, THREE);
			t.deepEqual(fates, ['released', 'released', 'released']);
			t.truthy(link?.message);
			t.is(outcome.bytesSent, 0);
			t.like(await transport.probe(new AbortController().signal), {kind: 'down'});
		},
	},
	{
		title: 'a transport is closed once, however often it is asked',
		async run(t, subject) {
			const {transport} = await subject.open(t);
			await deliver(t, transport, THREE);
			await Promise.all([transport.close(), transport.close()]);
			await t.notThrowsAsync(transport.close());
		},
	},
];
