import {writeFile} from 'node:fs/promises';
import test from 'ava';
import type {Result} from '../../src/rpc/contract/methods.js';
import {
	directoryPeer,
	edgeConfig,
	edgeIn,
	enqueueText,
	inDirectory,
	statusOf,
	untilAcked,
	untilIs,
	untilSaid,
} from '../helpers/edge-daemon.js';

const DAY_MS = 86_400_000;
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** A window of one whole day in UTC, so many days from today. */
const wholeDay = (from: number, rate = 0): string => {
	const day = DAYS[new Date(Date.now() + from * DAY_MS).getUTCDay()];
	return `[[peers.windows]]\ndays = ["${day}"]\nstart = "00:00"\nend = "24:00"\nbytes_per_second = ${rate}\n`;
};
const withWindows = (windows: string): string => edgeConfig(directoryPeer('outbox', windows));

test('a peer outside its windows is closed, says when it opens, and SIGHUP opens it', async t => {
	const edge = await edgeIn(t);
	const daemon = await edge.start(withWindows(wholeDay(2)));
	const id = await enqueueText(daemon, 'x');
	const [peer] = (await statusOf(daemon)).peers;
	const opensAt = peer?.opens_at ?? '';
	const midnight = Math.floor(Date.now() / DAY_MS + 2) * DAY_MS;
	const delayMs = Date.parse(opensAt) - midnight;
	t.true(delayMs >= 0 && delayMs < 60_000, opensAt);
	t.like(peer, {link: 'closed', next_attempt_at: opensAt, closes_at: null, eta_seconds: null});

	const why = (await daemon.call('relay.why', {
		segment_id: id,
		peer_id: 'outbox',
	})) as Result<'relay.why'>;
	t.is(
		why.sentence,
		`${id} waits: outbox is closed: its next window opens at ${opensAt}; nothing is sent to it until then`,
	);
	t.like(why, {cause: 'closed', next_event: {what: 'window_opens', at: opensAt}, eta_seconds: null});
	t.like(await daemon.call('relay.why', {peer_id: 'outbox'}), {cause: 'closed', link: {state: 'closed'}});
	const config = (await daemon.call('relay.config.get')) as Result<'relay.config.get'>;
	t.like(config.windows[0], {
		peer_id: 'outbox',
		open: false,
		next_change: {at: opensAt, open: true, bytes_per_second: 0},
	});
	t.like(config.windows[0]?.windows[0], {start: '00:00', end: '24:00', timezone: 'UTC', open: false});

	await writeFile(inDirectory(edge, 'edge.toml'), withWindows(`${wholeDay(0, 5000)}${wholeDay(1, 5000)}`));
	daemon.signal('SIGHUP');
	const [open] = (await untilAcked(daemon, 1)).peers;
	t.like(open, {link: 'up', opens_at: null});
	t.true(Date.parse(open?.closes_at ?? '') > Date.now());
	const changed = (await daemon.call('relay.config.get')) as Result<'relay.config.get'>;
	t.like(changed.windows[0], {open: true, bytes_per_second: 5000, next_change: {open: false}});
	t.like(changed.peers[0]?.bandwidth, {bytes_per_second: 5000, source: 'window'});
	t.regex(await untilSaid(daemon, /window of the peer is open/), /"changes_at":"/);

	await writeFile(inDirectory(edge, 'edge.toml'), withWindows(''));
	daemon.signal('SIGHUP');
	await untilIs(
		async () => (await daemon.call('relay.config.get')) as Result<'relay.config.get'>,
		({windows, peers}) => windows.length === 0 && peers.length === 0,
	);
	t.is((await statusOf(daemon)).peers[0]?.closes_at, null);
});
