import type {ServerResponse} from 'node:http';
import {setImmediate as nextTurn} from 'node:timers/promises';
import {deliver} from '../deliver.js';
import type {Case} from '../subject.js';

const TWO = [{bytes: 'one'}, {bytes: 'two'}];
const BUSY = {'retry-after': '7'};

const busy = (status: number): Case => ({
	title: `${status} with Retry-After is the trouble of the lane, which comes back when told`,
	async run(t, subject) {
		const {transport} = await subject.open(t, {
			answer: () => response =>
				response.writeHead(status, BUSY).end('{"error":{"code":"BUSY","message":"later"}}'),
		});
		const {fates, link} = await deliver(t, transport, TWO);
		t.deepEqual(fates, ['released', 'released']);
		t.like(link, {message: `The peer answered ${status}: BUSY: later`, retryAfterMs: 7000});
	},
});

/** What a peer may answer. */
export const ANSWERS: readonly Case[] = [
	busy(429),
	busy(503),
	{
		title: 'an answer that leaves something out is believed for nothing',
		async run(t, subject) {
			const {transport} = await subject.open(t, {answer: () => 'leave_one_out'});
			t.deepEqual((await deliver(t, transport, TWO)).fates, ['suspect', 'suspect']);
		},
	},
	{
		title: 'a redirect is not followed, and no secret in it is told',
		async run(t, subject) {
			const asked: string[] = [];
			const {transport, requests} = await subject.open(t, {
				answer({ids}) {
					asked.push(...ids);
					const location = 'https://joe:hunter2@login.example/portal?session=hunter3';
					return response => response.writeHead(302, {location}).end();
				},
			});
			const {fates, link} = await deliver(t, transport, [{bytes: 'one'}]);
			t.deepEqual(fates, ['released']);
			t.is(
				link?.message,
				'The peer answered 302 and points to https://[redacted]@login.example/portal?...: redirects are not followed, url must be the final address',
			);
			t.deepEqual([asked, requests()], [['s0'], 1]);
		},
	},
	{
		title: 'an answer without end is cut off',
		async run(t, subject) {
			let cutOff: Promise<void> | undefined;
			const {transport} = await subject.open(t, {
				answer: () => response => {
					response.writeHead(503, BUSY);
					cutOff = flood(response);
				},
			});
			const {fates, link} = await deliver(t, transport, [{bytes: 'one'}]);
			t.deepEqual(fates, ['released']);
			t.is(link?.retryAfterMs, 7000);
			t.true((link?.message.length ?? 0) < 400);
			await t.notThrowsAsync(async () => cutOff);
		},
	},
	{
		title: 'an answer that drips for ever comes to an end',
		async run(t, subject) {
			let drips: Promise<number> | undefined;
			const {transport, clock} = await subject.open(t, {
				answer: () => response => {
					response.writeHead(503, BUSY);
					drips = drip(response, () => clock.advance(10_000));
				},
			});
			const {fates, link} = await deliver(t, transport, [{bytes: 'one'}]);
			t.deepEqual(fates, ['released']);
			t.is(link?.retryAfterMs, 7000);
			t.true(((await drips) ?? 1000) < 100);
		},
	},
];

const PIECE = Buffer.alloc(65_536, 'x');

/** Writes until the other end has had enough. */
const flood = async (response: ServerResponse): Promise<void> => {
	while (!response.closed) {
		await new Promise<void>(resolve => {
			response.once('close', resolve);
			response.write(PIECE, () => resolve());
		});
	}
};

const MOST_DRIPS = 1000;

/** One byte after the other until the other end has had enough; how many it took. */
const drip = async (response: ServerResponse, between: () => void): Promise<number> => {
	let count = 0;
	while (!response.closed && count < MOST_DRIPS) {
		response.write('.');
		count++;
		for (let turn = 0; turn < 4; turn++) {
			await nextTurn(); // The byte arrives.
		}
		between();
	}
	response.destroy();
	return count;
};
