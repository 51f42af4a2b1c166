import test from 'ava';
import type {Result} from '../../src/rpc/contract/methods.js';
import {edgeConfig, edgeIn, recordsOf} from '../helpers/edge-daemon.js';
import {untilStatus} from '../helpers/labs/patient-status.js';
import {WebPeer} from '../helpers/labs/web-peer.js';
import type {DaemonProcess} from '../helpers/process.js';

type Jobs = Result<'relay.deadletter.jobs'>;
type Job = Jobs['jobs'][number];

const COUNT = 600;
const ids = Array.from({length: COUNT}, (_, n) => `seg-${n}`);

const jobOf = async (daemon: DaemonProcess): Promise<Job> => {
	const {jobs} = (await daemon.call('relay.deadletter.jobs')) as Jobs;
	return jobs[0] as Job;
};

/** Until the job has retried `count`, or has ended. */
const untilRetried = async (daemon: DaemonProcess, count: number): Promise<Job> => {
	for (;;) {
		const job = await jobOf(daemon);
		if (job.retried >= count || job.state !== 'running') {
			return job;
		}
		await daemon.call('daemon.ping');
	}
};

test.serial('a paced retry survives SIGKILL and SIGTERM: each record once, none forgotten', async t => {
	t.timeout(120_000);
	const edge = await edgeIn(t);
	const peer = await WebPeer.start(t, () => 422);
	const config = edgeConfig(`
[[peers]]
id = "hub"
transport = "http"
url = "http://127.0.0.1:${peer.port}/segments"
`);
	let daemon = await edge.start(config);
	await daemon.call('relay.enqueue', {
		segments: ids.map(id => ({segment_id: id, payload_text: id, peers: ['hub']})),
	});
	await untilStatus(daemon, ({queue_depth: depth}) => depth.deadletter === COUNT);
	await daemon.call('relay.deadletter.retry', {
		all: true,
		rate_per_second: 100,
		operator: 'ann',
		note: 'INC-1',
	});
	for (const [signal, at] of [
		['SIGKILL', 20],
		['SIGTERM', 80],
		['SIGKILL', 140],
		['SIGKILL', 200],
	] as const) {
		const job = await untilRetried(daemon, at);
		t.is(job.state, 'running');
		await daemon.end(signal);
		daemon = await edge.start(config);
		t.true((await jobOf(daemon)).retried >= at, 'it goes on where it was');
	}
	const job = await untilRetried(daemon, COUNT + 1);
	t.like(job, {state: 'done', retried: COUNT, refused: 0, left: 0, operator: 'ann', note: 'INC-1'});
	await untilStatus(
		daemon,
		({queue_depth: depth}) =>
			depth.deadletter === COUNT && depth.scheduled + depth.inflight + depth.failed === 0,
	);
	for (const id of ids) {
		const [record] = await recordsOf(daemon, id);
		const rejected = record?.attempts.filter(({outcome}) => outcome === 'REJECTED').length;
		t.is(rejected, 2, `${id}: refused at first, and once more`);
	}
	const completed = 'relay.deadletter.replay.completed';
	const {events} = (await daemon.call('audit.query', {event_type: completed})) as Result<'audit.query'>;
	t.is(events.length, 1);
	t.like(events[0], {actor: 'edged', resource: '*', outcome: 'success'});
	t.like(events[0]?.fields, {job_id: 'job-1', retried: COUNT, operator: 'ann', reason: 'INC-1'});
	await daemon.end('SIGTERM');
});
