import test from 'ava';
import {EvictionLog} from '../../src/daemon/eviction-log.js';
import type {PeerId} from '../../src/outbound/names.js';
import type {PeerNo} from '../../src/outbound/units.js';
import {FakeClock} from '../helpers/fake-clock.js';
import {loggerWithLines} from '../helpers/log-lines.js';

const fixture = () => {
	const clock = new FakeClock();
	const {logger, lines} = loggerWithLines();
	const log = new EvictionLog({clock, logger, idOf: no => `peer-${no}` as PeerId});
	const evict = (records: number, deadletters = 0) =>
		log.evicted({blocks: 1, bytes: 100, records: new Map([[1 as PeerNo, records]]), deadletters});
	const told = () =>
		lines().map(line => [line['evicted_records'], line['emptied_deadletters'], line['freed_bytes']]);
	return {clock, log, evict, told};
};

test('the first eviction is told at once, what follows in one line for ten seconds', t => {
	const {clock, evict, told} = fixture();
	evict(3);
	t.deepEqual(told(), [[3, 0, 100]]);
	evict(2);
	evict(0, 7);
	t.is(told().length, 1);
	clock.advance(10_000);
	t.deepEqual(told()[1], [2, 7, 200]);
	clock.advance(60_000);
	t.is(told().length, 2, 'nothing went meanwhile');
});

test('the end tells what was not told yet', t => {
	const {log, evict, told, clock} = fixture();
	evict(1);
	evict(1);
	log.stop();
	t.is(told().length, 2);
	clock.advance(60_000);
	t.is(told().length, 2);
});

test('all of it is counted, by peer', t => {
	const {log, evict} = fixture();
	evict(3);
	evict(2);
	t.deepEqual([...log.records], [['peer-1', 5]]);
	t.is(log.bytes, 200);
});
