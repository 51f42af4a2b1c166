import {readdir, writeFile} from 'node:fs/promises';
import test, {type ExecutionContext} from 'ava';
import type {Result} from '../../src/rpc/contract/methods.js';
import {
	directoryPeer,
	edgeConfig,
	edgeIn,
	inDirectory,
	type Status,
	statusOf,
	untilAcked,
	untilIs,
} from '../helpers/edge-daemon.js';
import type {DaemonProcess} from '../helpers/process.js';

// The bandwidth lab of the reference system (VAL23): its scenarios, with its bars.
const SEEDED = Array.from({length: 12}, (_, at) => `seg-${String(at).padStart(2, '0')}`);
const BYTES = 3000;
/** Room for about half of them, whatever goes around a payload. */
const QUOTA = 24_000;
const QUOTA_ONLY = (policy: string): string =>
	`[relay.bandwidth]\ndaily_quota_bytes = ${QUOTA}\nquota_policy = "${policy}"\n`;

type Lab = {
	readonly daemon: DaemonProcess;
	receipts(): Promise<string[]>;
	reload(config: string): Promise<void>;
};

const start = async (t: ExecutionContext, bandwidth: string): Promise<Lab> => {
	t.timeout(120_000);
	const edge = await edgeIn(t);
	const configOf = (limits: string) => edgeConfig(`${directoryPeer('peer-a')}\n${limits}`);
	const daemon = await edge.start(configOf(bandwidth));
	return {
		daemon,
		receipts: async () =>
			(await readdir(inDirectory(edge, 'peer-a')))
				.filter(name => name.startsWith('seg-') && !name.endsWith('.json'))
				.sort(),
		reload: async limits => {
			await writeFile(inDirectory(edge, 'edge.toml'), configOf(limits));
			daemon.signal('SIGHUP');
		},
	};
};

/** One call each, so that they are judged one by one. */
const seed = async (daemon: DaemonProcess): Promise<void> => {
	for (const id of SEEDED) {
		await daemon.call('relay.enqueue', {
			segments: [{segment_id: id, payload_text: id[id.length - 1]?.repeat(BYTES)}],
		});
	}
};

const deadletters = async (daemon: DaemonProcess): Promise<string[]> => {
	const {records} = (await daemon.call('relay.deadletter.list', {
		limit: 100,
	})) as Result<'relay.deadletter.list'>;
	return records.map(({segment_id: id}) => id).sort();
};

const settled = (daemon: DaemonProcess): Promise<Status> =>
	untilIs(
		() => statusOf(daemon),
		({queue_depth: {scheduled, inflight, total}}) => total === SEEDED.length && scheduled + inflight === 0,
	);

test('baseline: unlimited, and what arrived is exactly what was seeded', async t => {
	const {daemon, receipts} = await start(t, '');
	await seed(daemon);
	const {bandwidth} = await untilAcked(daemon, SEEDED.length);
	t.like(bandwidth, {unlimited: true, throttle_count: 0, quota_drop_count: 0, quota_defer_count: 0});
	t.true(bandwidth.daily_used_bytes >= SEEDED.length * BYTES, 'counted without a quota too');
	t.deepEqual(await receipts(), SEEDED);
});

test('rate only: sends are throttled, and nothing is dropped', async t => {
	const {daemon, receipts} = await start(t, '[relay.bandwidth]\nbytes_per_second = 20000\n');
	await seed(daemon);
	const {bandwidth} = await untilAcked(daemon, SEEDED.length);
	t.true(bandwidth.throttle_count >= 4, `${bandwidth.throttle_count}`);
	t.is(bandwidth.quota_drop_count, 0);
	t.deepEqual(await receipts(), SEEDED);
});

test('quota only, deadletter: delivered and dead are together what was seeded, and a retry brings the rest', async t => {
	const {daemon, receipts} = await start(t, QUOTA_ONLY('deadletter'));
	await seed(daemon);
	const {bandwidth, queue_depth: depth} = await settled(daemon);
	t.true(bandwidth.quota_drop_count >= 4, `${bandwidth.quota_drop_count}`);
	t.true(depth.acked >= 4, `${depth.acked}`);
	t.true(bandwidth.daily_used_bytes <= QUOTA, `${bandwidth.daily_used_bytes}`);
	t.regex(daemon.output(), /"records":\d+.*records were buried as QUOTA/);
	const dead = await deadletters(daemon);
	t.is(dead.length, bandwidth.quota_drop_count);
	t.deepEqual([...(await receipts()), ...dead].sort(), SEEDED);

	await daemon.call('relay.config.set_bandwidth', {daily_quota_bytes: 0});
	await daemon.call('relay.deadletter.retry', {all: true, reason: 'QUOTA'});
	await untilAcked(daemon, SEEDED.length);
	t.deepEqual(await receipts(), SEEDED);
});

test('quota only, defer: nothing is dropped, the rest waits and says for what, and a live change lets it go', async t => {
	const {daemon, receipts} = await start(t, QUOTA_ONLY('defer'));
	await seed(daemon);
	const held = await untilIs(
		() => statusOf(daemon),
		({peers, queue_depth: {total, inflight}}) =>
			peers[0]?.link === 'quota' && total === SEEDED.length && inflight === 0,
	);
	t.like(held.bandwidth, {quota_drop_count: 0, daily_quota_bytes: QUOTA});
	t.true(held.bandwidth.quota_defer_count >= 1);
	t.true(held.bandwidth.daily_used_bytes <= QUOTA);
	t.is(held.queue_depth.deadletter, 0);
	t.is(held.queue_depth.acked + held.queue_depth.scheduled, SEEDED.length);
	t.deepEqual(await receipts(), SEEDED.slice(0, held.queue_depth.acked), 'in order');
	const why = (await daemon.call('relay.why', {peer_id: 'peer-a'})) as Result<'relay.why'>;
	t.is(why.cause, 'quota');
	t.regex(why.sentence, /^the daily quota of all peers together .*; enough for this segment returns at 20/);
	t.is(why.next_event?.what, 'budget_returns');
	t.truthy(why.next_event?.at);

	t.like(await daemon.call('relay.config.set_bandwidth', {daily_quota_bytes: 1_000_000}), {applied: true});
	await untilAcked(daemon, SEEDED.length);
	t.deepEqual(await receipts(), SEEDED);
	t.is((await statusOf(daemon)).peers[0]?.link, 'up');
	t.regex(daemon.output(), /"quota_of":"total".*waits for daily quota/);
	t.regex(daemon.output(), /no record waits for the daily quota any more/);
});

test('a quota that a reload lifts lets what waits go', async t => {
	const {daemon, receipts, reload} = await start(t, QUOTA_ONLY('defer'));
	await seed(daemon);
	await untilIs(
		() => statusOf(daemon),
		({peers}) => peers[0]?.link === 'quota',
	);
	await reload('');
	await untilAcked(daemon, SEEDED.length);
	t.deepEqual(await receipts(), SEEDED);
});

test('what was spent outlives a kill, and so does the wait', async t => {
	t.timeout(120_000);
	const edge = await edgeIn(t);
	const config = edgeConfig(
		directoryPeer('peer-a', `daily_quota_bytes = ${QUOTA}`) +
			'[relay.bandwidth]\ndaily_quota_bytes = 1000000\n',
	);
	const daemon = await edge.start(config);
	await seed(daemon);
	const before = await untilIs(
		() => statusOf(daemon),
		// What is being sent counts whole until it is settled.
		({peers, queue_depth: {inflight}}) => peers[0]?.link === 'quota' && inflight === 0,
	);
	await daemon.end('SIGKILL');
	const next = await edge.start(config);
	const after = await untilIs(
		() => statusOf(next),
		({peers}) => peers[0]?.link === 'quota',
	);
	const used = ({peers}: Status): number => peers[0]?.daily_quota?.daily_used_bytes ?? 0;
	t.true(used(before) > 0 && used(after) >= used(before), `${used(before)} ${used(after)}`);
	t.is(after.peers[0]?.daily_quota?.daily_quota_bytes, QUOTA);
	t.is(after.queue_depth.acked, before.queue_depth.acked);
	t.is(after.queue_depth.deadletter, 0);
});

test('a segment that no day has room for is refused, with figures and advice', async t => {
	const {daemon} = await start(t, QUOTA_ONLY('defer'));
	const error = await t.throwsAsync(
		daemon.call('relay.enqueue', {segments: [{payload_text: 'x'.repeat(QUOTA)}]}),
	);
	t.regex(String(error?.message), /TOO_LARGE|daily quota of peer-a, which has 24000/);
	t.is((await statusOf(daemon)).queue_depth.total, 0);
});
