import type {Result} from '../../src/rpc/contract/methods.js';
import {
	directoryPeer,
	edgeConfig,
	edgedPeer,
	edgeIn,
	enqueueText,
	recordsOf,
	type Status,
	statusOf,
	untilIs,
	untilSaid,
} from '../helpers/edge-daemon.js';
import {fakedTime, fakedTimeTest} from '../helpers/faked-time.js';
import {type DaemonOptions, type DaemonProcess, startDaemon} from '../helpers/process.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A whole number of days, so that only the day of the week differs: by three. */
const TEN_YEARS_MS = 3650 * DAY_MS;
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const SOME_SECONDS_MS = 60_000;

const peerOf = ({peers}: Status, id: string) => {
	const peer = peers.find(({peer_id}) => peer_id === id);
	if (peer === undefined) {
		throw new Error(`no peer ${id}`);
	}
	return peer;
};
const msBetween = (from: string | null | undefined, to: string | null | undefined): number =>
	Date.parse(to ?? '') - Date.parse(from ?? '');
const untilDelivered = (daemon: DaemonProcess, peer: string, count: number): Promise<Status> =>
	untilIs(
		() => statusOf(daemon),
		status => peerOf(status, peer).queue_depth.acked === count,
	);
const jumpsIn = (output: string): number[] =>
	[...output.matchAll(/"jump_seconds":(-?\d+)/g)].map(([, seconds]) => Number(seconds));

/** Open on the days around the one to which ten years lead, in both directions, and closed today. */
const openLater = (): string => {
	const today = new Date().getUTCDay();
	const days = [2, 3, 4, 5].map(more => `"${DAYS[(today + more) % 7]}"`);
	return `[[peers.windows]]\ndays = [${days.join(', ')}]\nstart = "00:00"\nend = "24:00"`;
};

fakedTimeTest(
	'a daemon whose wall clock jumps ten years, there and back, sends on and buries nothing',
	async t => {
		const time = await fakedTime(t);
		const {directory} = await edgeIn(t);
		const config = edgeConfig(
			directoryPeer('outbox') + directoryPeer('later', openLater()) + edgedPeer('gone', 'gone.sock'),
		);
		const options: DaemonOptions = {config, directory, socket: 'rpc.sock', env: time.env};
		const daemon = await startDaemon(t, options);
		const hour = {expires_in_seconds: 3600};
		const held = await enqueueText(daemon, 'held', {...hour, peers: ['gone']});
		await enqueueText(daemon, 'before', {...hour, segment_id: 'before'});
		const before = await untilDelivered(daemon, 'outbox', 1);
		t.like(peerOf(before, 'later'), {link: 'closed', queue_depth: {scheduled: 1}});
		await untilIs(
			() => statusOf(daemon),
			status => peerOf(status, 'gone').consecutive_failures > 0,
		);
		await daemon.call('relay.hold', {segment_id: held, peer_id: 'gone'});

		time.set(TEN_YEARS_MS);
		const again = {segments: [{payload_text: 'before', segment_id: 'before', ...hour}]};
		t.like(await daemon.call('relay.enqueue', again), {results: [{status: 'duplicate'}]});
		await enqueueText(daemon, 'after', hour);
		await untilDelivered(daemon, 'later', 2);
		const later = await untilDelivered(daemon, 'outbox', 2);
		t.true(Math.abs(Date.parse(later.queried_at) - Date.now() - TEN_YEARS_MS) < SOME_SECONDS_MS);
		t.true(msBetween(peerOf(later, 'outbox').last_ack_at, later.queried_at) < SOME_SECONDS_MS);
		const gone = peerOf(later, 'gone');
		t.like(gone.queue_depth, {scheduled: 3, failed: 0, deadletter: 0, held: 1});
		t.true(msBetween(later.queried_at, gone.next_attempt_at) < SOME_SECONDS_MS);
		t.true(msBetween(gone.oldest_scheduled_at, later.queried_at) < SOME_SECONDS_MS);
		const waiting = (await recordsOf(daemon, 'before')).find(({peer_id}) => peer_id === 'gone');
		const lifetimeMs = msBetween(later.queried_at, waiting?.expires_at);
		t.true(lifetimeMs > HOUR_MS - SOME_SECONDS_MS && lifetimeMs < HOUR_MS + SOME_SECONDS_MS);
		await untilIs(
			() => statusOf(daemon),
			status => peerOf(status, 'gone').consecutive_failures > gone.consecutive_failures,
		);
		await untilSaid(daemon, /the wall clock was set/);

		time.set(-TEN_YEARS_MS);
		await enqueueText(daemon, 'long ago', hour);
		await untilDelivered(daemon, 'later', 3);
		await untilDelivered(daemon, 'outbox', 3);
		const output = await untilSaid(daemon, /"jump_seconds":-/);
		t.deepEqual(
			jumpsIn(output).map(seconds => Math.round((seconds * 1000) / TEN_YEARS_MS)),
			[1, -2],
		);
		t.notRegex(output, /"level":"(error|fatal)"/);
		await daemon.end('SIGKILL');

		time.set(0);
		const next = await startDaemon(t, options);
		const {queue_depth: depth} = peerOf(await statusOf(next), 'gone');
		t.like(depth, {scheduled: 4, failed: 0, deadletter: 0, held: 1});
		t.is((await next.end('SIGTERM')).code, 0);
	},
);

fakedTimeTest(
	'a device without a clock starts in 1970 and is then told the time: nothing is lost, and ages and times are right',
	async t => {
		const time = await fakedTime(t);
		const {directory} = await edgeIn(t);
		const config = edgeConfig(directoryPeer('outbox'));
		const options: DaemonOptions = {config, directory, socket: 'rpc.sock', env: time.env};
		const first = await startDaemon(t, options);
		await first.call('relay.pause', {});
		await enqueueText(first, 'yesterday', {expires_in_seconds: 3600});
		await first.end('SIGKILL');

		time.set(-Date.now() + SOME_SECONDS_MS);
		const daemon = await startDaemon(t, options);
		const unset = await statusOf(daemon);
		t.true(unset.queried_at.startsWith('1970-01-01T00:0'));
		t.is(peerOf(unset, 'outbox').queue_depth.scheduled, 1);
		const id = await enqueueText(daemon, 'unset', {expires_in_seconds: 3600});
		t.is(peerOf(await statusOf(daemon), 'outbox').queue_depth.deadletter, 0);

		time.set(0);
		const isNow = (at: string | null | undefined): boolean =>
			Math.abs(Date.parse(at ?? '') - Date.now()) < SOME_SECONDS_MS;
		const set = await statusOf(daemon);
		t.true(isNow(set.queried_at), set.queried_at);
		t.true(
			isNow(peerOf(set, 'outbox').oldest_scheduled_at),
			String(peerOf(set, 'outbox').oldest_scheduled_at),
		);
		const [record] = await recordsOf(daemon, id);
		t.true(isNow(record?.enqueued_at), record?.enqueued_at);
		t.true(Math.abs(Date.parse(record?.expires_at ?? '') - Date.now() - HOUR_MS) < SOME_SECONDS_MS);
		const {started_at} = (await daemon.call('daemon.ping')) as Result<'daemon.ping'>;
		t.true(isNow(started_at), started_at);
		await daemon.call('relay.resume', {});
		const done = await untilDelivered(daemon, 'outbox', 2);
		t.true(isNow(peerOf(done, 'outbox').last_ack_at));
		await untilSaid(daemon, /the wall clock was set/);
		t.is((await daemon.end('SIGTERM')).code, 0);
	},
);
