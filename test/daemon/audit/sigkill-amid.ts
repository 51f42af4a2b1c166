import path from 'node:path';
import test from 'ava';
import {verifyTrail} from '../../../src/audit/look/verify.js';
import {readChain} from '../../helpers/audit/read-trail.js';
import {directoryPeer, edgeConfig, edgeIn} from '../../helpers/edge-daemon.js';

const ACTS = 300;
/** The control socket takes 64 connections. */
const AT_ONCE = 50;
const IDS = Array.from({length: ACTS}, (_, at) => `s${at}`);

for (const answers of [1, 20, 150]) {
	test(`a daemon killed amid ${AT_ONCE} acts at once, after answer ${answers}: each that was answered or took effect is told once`, async t => {
		t.timeout(120_000);
		const edge = await edgeIn(t);
		const config = edgeConfig(directoryPeer());
		const audit = path.join(edge.directory, 'state', 'audit');
		const daemon = await edge.start(config);
		await daemon.call('relay.pause', {operator: 'mia'});
		for (let at = 0; at < ACTS; at += 100) {
			const segments = IDS.slice(at, at + 100).map(id => ({segment_id: id, payload_text: 'x'}));
			await daemon.call('relay.enqueue', {segments});
		}
		const answered = new Set<string>();
		let callers: ReadonlyArray<Promise<void>> = [];
		await new Promise<void>(enough => {
			const left = [...IDS];
			callers = Array.from({length: AT_ONCE}, async () => {
				for (let id = left.pop(); id !== undefined; id = left.pop()) {
					try {
						await daemon.call('relay.hold', {segment_id: id, operator: 'mia'});
					} catch {
						return; // Killed.
					}
					if (answered.add(id).size >= answers) {
						enough();
					}
				}
			});
		});
		await daemon.end('SIGKILL');
		await Promise.all(callers);

		const next = await edge.start(config);
		const held: string[] = [];
		for (const id of IDS) {
			const {records} = (await next.call('relay.inspect', {segment_id: id})) as {
				records: ReadonlyArray<{held: boolean}>;
			};
			held.push(...(records.some(record => record.held) ? [id] : []));
		}
		const told = readChain(audit).filter(({event_name: name}) => name === 'relay.record.held');
		const outcomes = new Map(told.map(({fields, outcome}) => [String(fields['segment_id']), outcome]));
		t.is(outcomes.size, told.length, 'none is told twice');
		t.deepEqual(
			[...answered].filter(id => outcomes.get(id) !== 'success'),
			[],
		);
		t.deepEqual(
			held.filter(id => !outcomes.has(id)),
			[],
		);
		const {head} = (await next.call('audit.head')) as {head: {seq: number; hash: string}};
		t.like(await verifyTrail(audit, head), {break_count: 0, end: {state: 'as_known'}});
		await next.end('SIGKILL');
		const last = await edge.start(config);
		t.is(
			readChain(audit).filter(({event_name: name}) => name === 'relay.record.held').length,
			told.length,
			'and not again at the next start',
		);
		await last.end('SIGTERM');
		t.log(
			`${answered.size} answered, ${held.length} done, ${told.length} told, ${told.filter(({outcome}) => outcome === 'pending').length} pending`,
		);
	});
}
