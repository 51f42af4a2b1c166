import path from 'node:path';
import type {ExecutionContext} from 'ava';
import type {Result} from '../../../src/rpc/contract/methods.js';
import {readChain} from '../../helpers/audit/read-trail.js';
import {
	directoryPeer,
	edgeConfig,
	edgeIn,
	enqueueText,
	statusOf,
	untilIs,
} from '../../helpers/edge-daemon.js';
import {type DaemonProcess, runEdgectl} from '../../helpers/process.js';
import {type SmallDisk, smallDisk, smallDiskTest} from '../../helpers/small-disk.js';

const headOf = async (daemon: DaemonProcess): Promise<Result<'audit.head'>> =>
	(await daemon.call('audit.head')) as Result<'audit.head'>;

const started = async (t: ExecutionContext, disk: SmallDisk) => {
	const edge = await edgeIn(t);
	const audit = path.join(disk.stateDirectory, 'audit');
	// The trail alone has the small disk: the store is not what refuses.
	const config = edgeConfig(`${directoryPeer()}[audit]\ndir = ${JSON.stringify(audit)}`);
	return {edge, audit, config, daemon: await edge.start(config)};
};

smallDiskTest(
	'a full audit trail refuses what changes something, but not what stops delivery or frees space; their records come when there is room',
	async t => {
		const disk = await smallDisk(t, 4);
		const {edge, audit, config, daemon} = await started(t, disk);
		const segment = await enqueueText(daemon, 'x');
		await daemon.call('relay.config.set_bandwidth', {bytes_per_second: 1_000_000, operator: 'mia'});
		disk.fillUp();

		for (const [method, params] of [
			['relay.config.set_bandwidth', {bytes_per_second: 2_000_000}],
			['relay.config.set_bandwidth', {reset: true}],
			['relay.deadletter.retry', {all: true}],
			['relay.release', {all: true}],
		] as const) {
			const error = await t.throwsAsync<Error & {data?: {code?: string}}>(daemon.call(method, params));
			t.is(error?.data?.code, 'STORAGE_FULL', method);
			t.regex(error?.message ?? '', /the audit trail cannot be written: .*edgectl audit prune/s);
		}
		const refused = await runEdgectl(
			['relay', 'deadletter', 'retry', segment, 'outbox', '--socket', daemon.socket],
			{cwd: edge.directory},
		);
		t.is(refused.code, 1);
		t.regex(refused.stderr, /^edgectl: STORAGE_FULL: the audit trail cannot be written/);
		t.is((await statusOf(daemon)).bandwidth.bytes_per_second, 1_000_000, 'nothing was changed');

		await daemon.call('relay.pause', {operator: 'mia'});
		await daemon.call('relay.config.set_bandwidth', {bytes_per_second: 1, operator: 'mia'});
		await daemon.call('relay.hold', {all: true, operator: 'mia'});
		await daemon.call('relay.deadletter.purge', {all: true, force: true, operator: 'mia'});
		await daemon.call('relay.drain', {operator: 'mia'});
		t.is((await statusOf(daemon)).bandwidth.bytes_per_second, 1);
		const full = await headOf(daemon);
		t.true(full.waiting >= 4, 'but for what fitted into the last page of the file');
		t.truthy(full.failure);

		// What waits survives everything that may come.
		await daemon.end('SIGKILL');
		const next = await edge.start(config);
		t.true((await headOf(next)).waiting >= 4);
		disk.makeRoom();
		await untilIs(
			() => headOf(next),
			({waiting}) => waiting === 0,
		);
		await next.call('relay.config.set_bandwidth', {reset: true});
		await next.end('SIGTERM');
		const told = readChain(audit).map(({event_name: name, outcome}) => `${name} ${outcome}`);
		for (const name of [
			'relay.paused success',
			'relay.record.held success',
			'relay.deadletter.purged success',
			'relay.drain.started success',
		]) {
			t.is(told.filter(one => one === name).length, 1, name);
		}
		t.is(told.filter(one => one === 'relay.bandwidth.configured success').length, 3);
		t.is(told.filter(one => one === 'daemon.started success').length, 2);
	},
);

smallDiskTest('a disk of the trail that is read-only is said, and keeps no peer waiting', async t => {
	const disk = await smallDisk(t, 4);
	const {daemon, edge, audit, config} = await started(t, disk);
	await daemon.end('SIGTERM');
	await disk.makeReadOnly();
	await t.throwsAsync(edge.start(config), {message: /audit\.dir: .* mounted read-only/});
	t.true(readChain(audit).length >= 2);
});
