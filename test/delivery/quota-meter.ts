import test from 'ava';
import {Delivery} from '../../src/delivery/delivery.js';
import {QuotaMeter} from '../../src/delivery/quota-meter.js';
import type {SendContext, SendOutcome, Transport} from '../../src/delivery/transport.js';
import {EdgedError} from '../../src/outbound/errors.js';
import type {PeerNo} from '../../src/outbound/units.js';
import {Background} from '../../src/runtime/background.js';
import type {LeasedPayloads} from '../../src/storage/store.js';
import {FakeClock} from '../helpers/fake-clock.js';
import {leaseOf} from '../helpers/leases.js';

const HUB = 1 as PeerNo;
const NO_PAYLOADS: LeasedPayloads = {read: () => 'missing', frame: () => undefined};

/** A quota that has `left` bytes, and writes down what is charged; `isFull`: the disk is. */
const quotaWith = (left: number) => {
	const charged: number[] = [];
	const noted: number[] = [];
	const state = {isFull: false, left};
	return {
		charged,
		noted,
		state,
		quota: {
			chargeMore: async (_: unknown, bytes: number) => {
				if (state.isFull) {
					throw new EdgedError('STORAGE_FULL', 'the disk is full');
				}
				const isAllowed = bytes <= state.left;
				state.left -= isAllowed ? bytes : 0;
				charged.push(...(isAllowed ? [bytes] : []));
				return isAllowed;
			},
			note: async (_: PeerNo, bytes: number) => {
				if (state.isFull) {
					throw new EdgedError('STORAGE_FULL', 'the disk is full');
				}
				noted.push(bytes);
			},
		},
	};
};

const background = () =>
	new Background(error => {
		throw error;
	});

/** Sends pieces of so many bytes one after the other, as one that starts again from the beginning would. */
const sending = (pieces: readonly number[]): Transport => ({
	proves: 'peer',
	async send(_lease, _payloads, context: SendContext): Promise<SendOutcome> {
		let bytesSent = 0;
		for (const bytes of pieces) {
			const allowed = await context.pace(bytes);
			bytesSent += allowed;
			context.wrote(allowed, allowed);
		}
		return {kind: 'answered', acked: [[0, 0]], troubles: [], bytesSent};
	},
	probe: async () => ({kind: 'well'}),
	close: async () => {},
});

const sendWith = async (pieces: readonly number[], chargedBytes: number, left: number) => {
	const ledger = quotaWith(left);
	const lease = {...leaseOf([{id: 'a', sizeBytes: 100}]), chargedBytes};
	const reservation = {release: () => {}};
	const delivery = new Delivery({lease, reservation} as never, undefined, {
		clock: new FakeClock(),
		pacer: {
			spend: (bytes: number) => bytes,
			owe: () => {},
			rate: () => Number.POSITIVE_INFINITY,
			suspended: () => false,
		},
		quota: new QuotaMeter(ledger.quota, HUB, background()),
		witnesses: {ticket: () => 0, peerIsWell: false},
		onAlmostSent: () => {},
		onLate: () => {},
		onThrow: (error: unknown) => {
			throw error;
		},
	} as never);
	return {...ledger, outcome: await delivery.send(sending(pieces), NO_PAYLOADS)};
};

test('what a lease was charged may leave without another charge', async t => {
	const {charged, outcome} = await sendWith([60, 40], 100, 0);
	t.like(outcome, {kind: 'answered', bytesSent: 100});
	t.deepEqual(charged, []);
});

test('a request that is sent once more is charged before it leaves', async t => {
	const {charged, outcome} = await sendWith([100, 100, 100], 100, 2 ** 20);
	t.like(outcome, {kind: 'answered', bytesSent: 300});
	t.is(charged.length, 1);
	t.true((charged[0] ?? 0) >= 200);
});

test('with little budget no more is charged than is needed', async t => {
	const {charged} = await sendWith([100, 100], 100, 100);
	t.deepEqual(charged, [100]);
});

test('beyond the budget the send is ended, and nothing is learned of the peer', async t => {
	const {outcome} = await sendWith([100, 100, 100], 100, 150);
	t.deepEqual(outcome, {kind: 'unsent', bytesSent: 200});
});

test('what could not be noted is noted with the next', async t => {
	const {quota, noted, state} = quotaWith(0);
	const work = background();
	const meter = new QuotaMeter(quota, HUB, work);
	state.isFull = true;
	meter.note(300);
	await work.finished();
	t.is(await meter.more(leaseOf([{id: 'a', sizeBytes: 1}]), 1), 0);
	state.isFull = false;
	meter.note(20);
	await work.finished();
	t.deepEqual(noted, [320]);
});
