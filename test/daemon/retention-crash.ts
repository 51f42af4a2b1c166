import test from 'ava';
import type {Result} from '../../src/rpc/contract/methods.js';
import {edgeConfig, edgeIn, statusOf} from '../helpers/edge-daemon.js';
import type {DaemonProcess} from '../helpers/process.js';

const DEAD = 4000;
const WAITING = 50;
const PEER = '[[peers]]\nid = "hub"\ntransport = "directory"\npath = "hub"\n';
const OFF = edgeConfig(PEER);
/** Everything that is dead is of age at once. */
const ON = edgeConfig(`[relay.deadletter]\nretention_days = 0.0000001\n${PEER}`);

const enqueue = (daemon: DaemonProcess, name: string, count: number): Promise<unknown> =>
	daemon.call('relay.enqueue', {
		segments: Array.from({length: count}, (_, n) => ({
			segment_id: `${name}-${n}`,
			payload_text: `${n}`,
			peers: ['hub'],
		})),
	});

/** Until fewer than `count` are dead. */
const untilFewer = async (daemon: DaemonProcess, count: number): Promise<void> => {
	while ((await statusOf(daemon)).queue_depth.deadletter >= count) {
		await daemon.call('daemon.ping');
	}
};

test.serial(
	'retention goes on over SIGKILL and SIGTERM, touches nothing alive, and all of it is in the audit trail',
	async t => {
		t.timeout(120_000);
		const edge = await edgeIn(t);
		let daemon = await edge.start(OFF);
		await daemon.call('relay.pause', {});
		for (let n = 0; n < DEAD; n += 500) {
			await enqueue(daemon, `dead-${n}`, 500);
		}
		await daemon.call('relay.deadletter.force', {all: true, peer_id: 'hub'});
		await enqueue(daemon, 'alive', WAITING);
		t.like((await statusOf(daemon)).queue_depth, {deadletter: DEAD, scheduled: WAITING});
		await daemon.end('SIGTERM');
		for (const [signal, left] of [
			['SIGKILL', DEAD],
			['SIGTERM', DEAD / 2],
		] as const) {
			daemon = await edge.start(ON);
			await untilFewer(daemon, left);
			await daemon.end(signal);
		}
		daemon = await edge.start(ON);
		await untilFewer(daemon, 1);
		t.like((await statusOf(daemon)).queue_depth, {deadletter: 0, scheduled: WAITING, total: WAITING});
		await daemon.end('SIGTERM'); // It ends its sweep with the record of it.
		daemon = await edge.start(ON);
		const purged = 'relay.deadletter.purged';
		const {events} = (await daemon.call('audit.query', {event_type: purged})) as Result<'audit.query'>;
		const told = events.reduce((sum, {fields}) => sum + Number(fields['purged']), 0);
		t.true(told >= DEAD, `${told} told, ${DEAD} removed: none untold`);
		t.true(events.every(({actor, fields}) => actor === 'edged' && fields['reason'] === 'retention_days'));
		await daemon.end('SIGTERM');
	},
);
