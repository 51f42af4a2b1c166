import test from 'ava';
import fc from 'fast-check';
import type {SendOutcome} from '../../../src/delivery/transport.js';
import type {Exchanged} from '../../../src/delivery/transports/exchange.js';
import {frameLease, type LeaseFrame} from '../../../src/delivery/transports/lease-frame.js';
import {judgeProbe, judgeSend} from '../../../src/delivery/transports/peer-answer.js';
import type {EpochMs} from '../../../src/outbound/units.js';
import {AnswerBuilder} from '../../../src/storage/request-codec.js';
import {holds} from '../../helpers/holds.js';
import {leaseWith} from '../../helpers/transports.js';

const NOW = 1_750_000_000_000 as EpochMs;

type Case = {readonly frame: LeaseFrame; readonly leased: number; readonly truth: string};

/** A lease of which some payloads cannot be read, and an answer that is in order. */
const sent: fc.Arbitrary<Case> = fc
	.array(fc.tuple(fc.constantFrom('ok', 'ok', 'ok', 'missing', 'corrupt'), fc.nat(2)), {
		minLength: 1,
		maxLength: 20,
	})
	.map(entries => {
		const {lease, payloads} = leaseWith(
			entries.map(([kind], index) => ({bytes: kind === 'ok' ? `payload ${index}` : (kind as 'missing')})),
		);
		const frame = frameLease(lease, payloads);
		const builder = new AnswerBuilder();
		for (const [, verdict] of entries.filter(([kind]) => kind === 'ok')) {
			[() => builder.accept(), () => builder.duplicate(), () => builder.reject('TOO_LARGE', 'too large')][
				verdict
			]?.();
		}
		return {frame, leased: entries.length, truth: builder.toJson(frame.request.digest)};
	});

const answered = (text: string, status = 200): Exchanged => ({
	kind: 'answer',
	status,
	headers: {},
	text,
	end: 'whole',
	isAfterBody: true,
	isWritten: true,
	bytesSent: 1,
});

/** Each entry of the lease is named once, and those acknowledged are those that `text` itself says were accepted or known. */
const mustBeTrue = (
	t: {true(value: boolean, message?: string): void},
	{frame, leased}: Case,
	text: string,
	outcome: SendOutcome,
): void => {
	if (outcome.kind !== 'answered') {
		return;
	}
	const said = JSON.parse(text) as Record<'accepted' | 'duplicate', [number, number][]> & {
		request_digest: string;
	};
	t.true(said.request_digest === frame.request.digest, text);
	const named = new Set<number>();
	for (const [first, last] of [...said.accepted, ...said.duplicate]) {
		for (let index = first; index <= last; index++) {
			named.add(frame.leaseIndexes?.[index] ?? index);
		}
	}
	const acked = outcome.acked.flatMap(([first, last]) =>
		Array.from({length: last - first + 1}, (_, at) => first + at),
	);
	t.true(acked.length === named.size && acked.every(index => named.has(index)), text);
	const all = [...acked, ...outcome.troubles.map(({index}) => index)];
	t.true(new Set(all).size === leased && all.length === leased, text);
};

test('a true answer is believed as it stands', t => {
	holds(
		fc.property(sent, now => {
			const outcome = judgeSend(answered(now.truth), now.frame, NOW);
			t.is(outcome.kind, 'answered');
			mustBeTrue(t, now, now.truth, outcome);
		}),
	);
});

const scrap = fc.oneof(
	fc.jsonValue(),
	fc.constantFrom<unknown>(-1, 1.5, 2 ** 53, [0, 0], [[0, 0]], [[1, 0]], null, {}, '0'),
);
/** Replaces, removes or repeats one thing in a document, somewhere. */
const mutate = (document: unknown, path: readonly number[], change: unknown, how: number): unknown => {
	const [step = 0, ...rest] = path;
	if (typeof document !== 'object' || document === null || path.length === 0) {
		return change;
	}
	const keys = Object.keys(document);
	const key = keys[step % Math.max(1, keys.length)];
	const copy = structuredClone(document) as Record<string, unknown>;
	if (key === undefined) {
		return change;
	}
	const child = copy[key];
	if (rest.length > 0) {
		copy[key] = mutate(child, rest, change, how);
	} else if (how === 0) {
		delete copy[key];
	} else if (how === 1 && Array.isArray(copy)) {
		copy.push(child);
	} else {
		copy[key] = change;
	}
	return Array.isArray(copy) ? copy.filter(() => true) : copy;
};

test('no mutated answer acknowledges an entry that it does not name', t => {
	const path = fc.array(fc.nat(10), {minLength: 1, maxLength: 4});
	let believed = 0;
	holds(
		fc.property(sent, path, scrap, fc.nat(2), (now, at, change, how) => {
			const text = JSON.stringify(mutate(JSON.parse(now.truth), at, change, how));
			const outcome = judgeSend(answered(text), now.frame, NOW);
			believed += outcome.kind === 'answered' ? 1 : 0;
			mustBeTrue(t, now, text, outcome);
		}),
		{numRuns: 3000},
	);
	t.true(believed > 0 && believed < 3000);
});

test('no changed character makes an answer say what it did not', t => {
	holds(
		fc.property(
			sent,
			fc.nat(),
			fc.constantFrom('0', '1', ',', ']', '-', '"', ' ', 'e', '\u0000'),
			(now, at, character) => {
				const place = at % now.truth.length;
				const text = `${now.truth.slice(0, place)}${character}${now.truth.slice(place + 1)}`;
				mustBeTrue(t, now, text, judgeSend(answered(text), now.frame, NOW));
			},
		),
		{numRuns: 3000},
	);
});

test('whatever comes back, with whatever status, nobody throws and nothing is acknowledged', t => {
	const text = fc.oneof(fc.string(), fc.json(), fc.string({unit: 'binary'}));
	holds(
		fc.property(sent, text, fc.integer({min: 100, max: 999}), ({frame}, said, status) => {
			const outcome = judgeSend(answered(said, status), frame, NOW);
			t.true(outcome.kind === 'broken' || outcome.kind === 'link_down' || frame.entryCount === 0);
			t.not(judgeProbe(answered(said, status), 'ab'.repeat(32), NOW).kind, 'well');
		}),
		{numRuns: 2000},
	);
});
