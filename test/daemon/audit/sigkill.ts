import path from 'node:path';
import test from 'ava';
import {verifyTrail} from '../../../src/audit/look/verify.js';
import {readChain} from '../../helpers/audit/read-trail.js';
import {directoryPeer, edgeConfig, edgeIn, statusOf} from '../../helpers/edge-daemon.js';
import type {DaemonProcess} from '../../helpers/process.js';

const LIVES = Math.ceil(Number(process.env['EDGED_CRASH_ROUNDS'] ?? 10) / 2);

/** Changes the rate again and again, each time to a value that no other call asks for, until the daemon is gone. */
const operate = async (
	daemon: DaemonProcess,
	next: () => number,
	{tried, answered}: {readonly tried: Set<number>; readonly answered: Set<number>},
): Promise<void> => {
	for (;;) {
		const rate = next();
		tried.add(rate);
		try {
			await daemon.call('relay.config.set_bandwidth', {bytes_per_second: rate, operator: 'mia'});
		} catch {
			return;
		}
		answered.add(rate);
	}
};

test(`${LIVES} daemons killed at work: what was answered is in the trail, what took effect is too, and the chain is whole`, async t => {
	t.timeout(60_000 + LIVES * 20_000);
	const edge = await edgeIn(t);
	const config = edgeConfig(directoryPeer());
	const audit = path.join(edge.directory, 'state', 'audit');
	const tried = new Set<number>();
	const answered = new Set<number>();
	let rate = 1_000_000;
	for (let life = 0; life < LIVES; life++) {
		const daemon = await edge.start(config);
		const {bytes_per_second: inForce} = (await statusOf(daemon)).bandwidth;
		const told = ratesIn(audit);
		t.true(inForce === 0 || told.has(inForce), `life ${life}: ${inForce} took effect and is told`);
		const before = answered.size;
		const callers = Array.from({length: 4}, () => operate(daemon, () => ++rate, {tried, answered}));
		while (answered.size < before + 5 + Math.floor(Math.random() * 40)) {
			await new Promise(resolve => setImmediate(resolve));
		}
		await daemon.end('SIGKILL');
		await Promise.all(callers);
	}
	const last = await edge.start(config);
	const head = (await last.call('audit.head')) as {head: {seq: number; hash: string}};
	const found = await verifyTrail(audit, head.head);
	t.like(found, {break_count: 0, unfinished_bytes: 0, end: {state: 'as_known'}});
	const told = ratesIn(audit);
	t.deepEqual(
		[...answered].filter(one => told.get(one) !== 'success'),
		[],
	);
	t.deepEqual(
		[...told.keys()].filter(one => !tried.has(one)),
		[],
	);
	await last.end('SIGTERM');
	t.log(
		`${answered.size} of ${tried.size} answered, ${[...told.values()].filter(one => one === 'pending').length} pending`,
	);
});

/** By the rate that was asked for, how it ended. */
const ratesIn = (audit: string): Map<number, string> =>
	new Map(
		readChain(audit)
			.filter(({event_name: name}) => name === 'relay.bandwidth.configured')
			.map(({fields, outcome}) => [fields['bytes_per_second'] as number, outcome]),
	);
