import test from 'ava';
import {type EtaFacts, etaSeconds} from '../../src/delivery/lane-eta.js';
import type {EpochMs} from '../../src/outbound/units.js';

const eta = (facts: Partial<EtaFacts>): number | undefined =>
	etaSeconds({leftBytes: 10_000, acknowledgedNow: 0, wireNow: 0, now: 0 as EpochMs, quotaEnds: [], ...facts});

test('what nothing moves has no end', t => {
	t.is(eta({}), undefined);
	t.is(eta({wireNow: 0.5, acknowledgedNow: 0.5}), undefined);
});

test('acknowledgements tell the pace where they come steadily', t => {
	t.is(eta({acknowledgedNow: 100}), 100);
	t.is(eta({acknowledgedNow: 80, wireNow: 100}), 125);
});

test('a large segment that was acknowledged now, or long ago, does not change what the wire tells', t => {
	t.is(eta({acknowledgedNow: 5000, wireNow: 100}), 100);
	t.is(eta({acknowledgedNow: 0, wireNow: 100}), 100);
});

test('what has left already is not waited for', t => {
	t.is(eta({leftBytes: -5, wireNow: 100}), 0);
});

test('a quota that ends before leaves the end open', t => {
	t.is(eta({wireNow: 100, acknowledgedNow: 100, quotaEnds: [undefined, 99_000 as EpochMs]}), undefined);
	t.is(eta({wireNow: 100, acknowledgedNow: 100, quotaEnds: [101_000 as EpochMs]}), 100);
});
