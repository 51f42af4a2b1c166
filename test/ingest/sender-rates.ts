import test from 'ava';
import fc from 'fast-check';
import {SenderRates} from '../../src/ingest/sender-rates.js';
import {FakeClock} from '../helpers/fake-clock.js';
import {holds} from '../helpers/holds.js';

const MIB = 1024 * 1024;

test('without a rate nobody waits', t => {
	t.is(new SenderRates(0, new FakeClock()).spend('a', 1e12), 0);
});

test('whoever waits as it is told is read at its rate, in pieces of any size', t => {
	const pieces = fc.array(fc.integer({min: 1, max: 65_536}), {minLength: 50, maxLength: 200});
	holds(
		fc.property(fc.integer({min: 65_536, max: 10 * MIB}), pieces, (rate, sizes) => {
			const clock = new FakeClock();
			const rates = new SenderRates(rate, clock);
			const begun = clock.elapsed();
			let bytes = 0;
			for (const size of sizes) {
				bytes += size;
				clock.advance(rates.spend('a', size));
			}
			const allowed = (rate * (clock.elapsed() - begun)) / 1000 + Math.max(65_536, rate * 0.1);
			t.true(bytes <= allowed + 1);
			t.true(bytes >= allowed - Math.max(65_536, rate * 0.1) - 1);
		}),
		{numRuns: 50},
	);
});

test('a sender has one rate over all its connections, and others have theirs', t => {
	const rates = new SenderRates(MIB, new FakeClock());
	t.is(rates.spend('a', MIB * 0.1), 0);
	t.is(rates.spend('a', MIB), 1000);
	t.is(rates.spend('a', MIB), 2000);
	t.is(rates.spend('b', MIB * 0.1), 0);
});

test('a rate can be changed, and taken back', t => {
	const rates = new SenderRates(MIB, new FakeClock());
	rates.spend('a', MIB * 1.1);
	rates.setRate(10 * MIB);
	t.is(Math.round(rates.spend('a', 0)), 10);
	rates.setRate(0);
	t.is(rates.spend('a', MIB), 0);
});

test('senders that owe nothing are forgotten, those that owe are not', t => {
	const clock = new FakeClock();
	const rates = new SenderRates(MIB, clock);
	for (let sender = 0; sender < 1023; sender++) {
		rates.spend(`s${sender}`, 1);
	}
	rates.spend('debtor', 100 * MIB);
	clock.advance(1000);
	rates.spend('one more', 1);
	t.true(rates.spend('debtor', 0) > 98_000);
});
