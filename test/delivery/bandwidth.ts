import test, {type ExecutionContext} from 'ava';
import {Bandwidth, type FileLimits} from '../../src/delivery/bandwidth.js';
import type {Asker} from '../../src/delivery/bandwidth-limiter.js';
import {EdgedError} from '../../src/outbound/errors.js';
import type {PeerId} from '../../src/outbound/names.js';
import {systemClock} from '../../src/runtime/clock.js';
import {FakeClock} from '../helpers/fake-clock.js';
import {noQuota} from '../helpers/no-quota.js';
import {FakeSettings} from '../helpers/settings.js';

const HUB = 'hub' as PeerId;
const STICK = 'stick' as PeerId;
const ASKER: Asker = {classNo: 2, signal: new AbortController().signal};
const limits = (bytesPerSecond: number, dailyQuotaBytes = 0) => ({bytesPerSecond, dailyQuotaBytes});
const FILE: FileLimits = {total: limits(500_000, 7_000_000), peers: new Map([[HUB, limits(20_000)]])};

const bandwidthOf = (t: ExecutionContext, file = FILE, settings = new FakeSettings()): Bandwidth => {
	const bandwidth = new Bandwidth(file, {burstSeconds: 0.1, clock: systemClock, settings, quota: noQuota});
	t.teardown(async () => bandwidth.stop());
	return bandwidth;
};

test('without an override the figures of the file are in force', t => {
	t.deepEqual(bandwidthOf(t).state(), {
		unlimited: false,
		bytesPerSecond: 500_000,
		dailyQuotaBytes: 7_000_000,
		wireBytesPerSecondNow: 0,
		availableTokens: 50_000,
		burstBytes: 50_000,
		dailyUsedBytes: 0,
		quotaExhaustedAt: undefined,
		quotaReturnsAt: undefined,
		throttleCount: 0,
		quotaDeferCount: 0,
		quotaDropCount: 0,
		source: 'file',
	});
});

test('a peer that the file does not limit has no limit of its own', t => {
	t.like(bandwidthOf(t).state(STICK), {
		unlimited: true,
		bytesPerSecond: 0,
		burstBytes: undefined,
		source: 'file',
	});
});

test('one figure set live leaves the other as it is', async t => {
	const bandwidth = bandwidthOf(t);
	t.like(await bandwidth.set(undefined, {bytesPerSecond: 1}), {
		bytesPerSecond: 1,
		dailyQuotaBytes: 7_000_000,
		source: 'override',
	});
	t.like(await bandwidth.set(undefined, {dailyQuotaBytes: 0}), {bytesPerSecond: 1, dailyQuotaBytes: 0});
});

test('of two changes at a time neither undoes the other', async t => {
	const settings = new FakeSettings();
	const bandwidth = bandwidthOf(t, FILE, settings);
	await Promise.all([
		bandwidth.set(undefined, {bytesPerSecond: 900}),
		bandwidth.set(undefined, {dailyQuotaBytes: 5}),
	]);
	t.like(bandwidth.state(), {bytesPerSecond: 900, dailyQuotaBytes: 5});
	t.like(bandwidthOf(t, FILE, settings).state(), {bytesPerSecond: 900, dailyQuotaBytes: 5});
});

test('what was set live outlives a restart, per peer and in total, until it is reset', async t => {
	const settings = new FakeSettings();
	const before = bandwidthOf(t, FILE, settings);
	await before.set(undefined, {bytesPerSecond: 0});
	await before.set(STICK, {bytesPerSecond: 900});
	const after = bandwidthOf(t, FILE, settings);
	t.like(after.state(), {bytesPerSecond: 0, dailyQuotaBytes: 7_000_000, source: 'override'});
	t.like(after.state(STICK), {bytesPerSecond: 900, source: 'override'});
	t.like(await after.reset(STICK), {bytesPerSecond: 0, unlimited: true, source: 'file'});
	t.like(bandwidthOf(t, FILE, settings).state(STICK), {unlimited: true, source: 'file'});
});

test('a limit that could not be stored is not in force', async t => {
	const settings = new FakeSettings();
	const bandwidth = bandwidthOf(t, FILE, settings);
	settings.failure = new EdgedError('STORAGE_FULL', 'no space');
	await t.throwsAsync(bandwidth.set(undefined, {bytesPerSecond: 1}), {code: 'STORAGE_FULL'});
	t.like(bandwidth.state(), {bytesPerSecond: 500_000, source: 'file'});
});

test('a stored override that makes no sense counts as none', t => {
	for (const value of [
		'nonsense',
		7,
		null,
		[],
		{},
		{bytesPerSecond: -1},
		{bytesPerSecond: 'x'},
		{other: 1},
	]) {
		const settings = new FakeSettings();
		settings.values.set('bandwidth:total', JSON.stringify(value));
		t.like(bandwidthOf(t, FILE, settings).state(), {bytesPerSecond: 500_000, source: 'file'});
	}
});

test('new figures of the file come into force under what was set live', async t => {
	const bandwidth = bandwidthOf(t);
	await bandwidth.set(undefined, {bytesPerSecond: 123});
	bandwidth.reload({total: limits(9, 8), peers: new Map()});
	t.like(bandwidth.state(), {bytesPerSecond: 123, dailyQuotaBytes: 8});
	t.like(bandwidth.state(HUB), {bytesPerSecond: 0});
});

test('the peers with a limit of their own are those of the file and those set live', async t => {
	const bandwidth = bandwidthOf(t);
	bandwidth.pacer(HUB);
	bandwidth.pacer(STICK);
	t.deepEqual(bandwidth.limitedPeers(), [HUB]);
	await bandwidth.set(STICK, {bytesPerSecond: 0});
	t.deepEqual(bandwidth.limitedPeers(), [HUB, STICK]);
});

test('a lane is bound by the lower of its own rate and the total', async t => {
	const bandwidth = bandwidthOf(t);
	t.is(bandwidth.pacer(HUB).rate(), 20_000);
	t.is(bandwidth.pacer(STICK).rate(), 500_000);
	await bandwidth.set(undefined, {bytesPerSecond: 0});
	t.is(bandwidth.pacer(STICK).rate(), Number.POSITIVE_INFINITY);
	t.is(bandwidth.pacer(HUB).rate(), 20_000);
});

test('what a lane sends is charged to its peer and to the total, and to no other peer', async t => {
	const bandwidth = bandwidthOf(t, {
		total: limits(1000),
		peers: new Map([
			[HUB, limits(1000)],
			[STICK, limits(1000)],
		]),
	});
	const full = bandwidth.state(STICK).availableTokens ?? 0;
	t.is(await bandwidth.pacer(HUB).spend(10_000, ASKER), 200, 'a fifth of a second');
	bandwidth.pacer(HUB).owe(10_000);
	t.true((bandwidth.state(HUB).availableTokens ?? 0) < full - 9000);
	t.true((bandwidth.state().availableTokens ?? 0) < full - 9000);
	t.is(bandwidth.state(STICK).availableTokens, full);
});

test('who gives up at the total gets back what the peer was charged', async t => {
	const bandwidth = bandwidthOf(t, {total: limits(1), peers: new Map([[HUB, limits(1000)]])});
	const full = bandwidth.state(HUB).availableTokens ?? 0;
	const giveUp = new AbortController();
	const spending = Promise.resolve(bandwidth.pacer(HUB).spend(3000, {classNo: 2, signal: giveUp.signal}));
	giveUp.abort(new Error('enough'));
	await t.throwsAsync(spending, {message: 'enough'});
	t.true((bandwidth.state(HUB).availableTokens ?? 0) >= full);
});

test('1 byte/s suspends, is told to who listens, and what it holds back counts as throttled', async t => {
	const bandwidth = bandwidthOf(t);
	const pacer = bandwidth.pacer(STICK);
	let changes = 0;
	bandwidth.onChange(() => {
		changes += 1;
	});
	t.false(pacer.suspended());
	await bandwidth.set(undefined, {bytesPerSecond: 1});
	t.true(pacer.suspended());
	pacer.heldBack();
	t.is(bandwidth.state().throttleCount, 1);
	t.is(bandwidth.state(STICK).throttleCount, 0);
	await bandwidth.reset(undefined);
	t.false(pacer.suspended());
	t.is(changes, 2);
});

test('what a peer was let through of late is the pace of that peer and of the total, limited or not', async t => {
	const clock = new FakeClock();
	const options = {burstSeconds: 0.1, clock, settings: new FakeSettings(), quota: noQuota};
	const bandwidth = new Bandwidth({total: limits(0), peers: new Map()}, options);
	t.teardown(async () => bandwidth.stop());
	const pacer = bandwidth.pacer(HUB);
	for (let tick = 0; tick < 50; tick++) {
		await pacer.spend(1000, ASKER);
		pacer.owe(200);
		clock.advance(200);
	}
	const pace = (peer?: PeerId) => bandwidth.state(peer).wireBytesPerSecondNow;
	t.true(Math.abs(pace(HUB) - 6000) < 600, `${pace(HUB)}`);
	t.is(pace(), pace(HUB));
	t.is(pace(STICK), 0);
	clock.advance(20_000);
	t.true(pace(HUB) < 10, 'it fades within seconds');
});
