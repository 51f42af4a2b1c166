import {readdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import type {ParsedRequest} from '../../src/storage/request-codec.js';
import {
	directoryPeer,
	edgeConfig,
	edgeIn,
	enqueueText,
	inDirectory,
	statusOf,
	untilAcked,
	untilIs,
} from '../helpers/edge-daemon.js';
import {type Desk, openDesk} from '../helpers/runbook/desk.js';
import {answerOf, startPeer} from '../helpers/scripted-peer.js';
import type {ShellEnded} from '../helpers/shell.js';

const POISON = 'telemetry-2026.07:poison';
const PEER = 'ground-station_1';

/** One story in order: what a step leaves behind the next one finds. */
test.serial(
	'an incident, as the runbook tells it: the trail holds all of it and nothing was lost',
	async t => {
		const edge = await edgeIn(t);
		const station = {isWell: true};
		const peer = await startPeer(t, (request, response) => {
			if (!station.isWell) {
				response.writeHead(503).end('maintenance');
				return;
			}
			response.end(rejecting(POISON, request));
		});
		const config = edgeConfig(
			`[audit]\ndir = "audit"\n[[peers]]\nid = "${PEER}"\nurl = "${peer.url}"\n${directoryPeer('archive')}`,
		);
		let daemon = await edge.start(config);
		const desk = await openDesk({
			directory: edge.directory,
			socket: daemon.socket,
			configFile: await configFileIn(edge.directory),
			auditDirectory: inDirectory(edge, 'audit'),
			segment: POISON,
			peer: PEER,
		});

		// A day like any other, until a segment comes that the station refuses, and then the station goes.
		await enqueueText(daemon, 'before', {segment_id: 'before'});
		await untilAcked(daemon, 2);
		await enqueueText(daemon, 'x'.repeat(50_000), {segment_id: POISON});
		await untilIs(
			() => statusOf(daemon),
			({queue_depth: {deadletter, acked}}) => deadletter === 1 && acked === 3,
		);
		station.isWell = false;
		await enqueueText(daemon, 'blocks', {segment_id: 'blocks', peers: [PEER]});

		// Phase 0: what is the state, for whoever looks at it later.
		const [bundle] = await desk.runbook('phase 0: support bundle');
		succeeded(t, bundle);
		t.regex(
			bundle?.stdout ?? '',
			/^generating support bundle: .*\n(?:note: --orchestrator-url .*\n)?(?: {2}collecting \w+\.\.\.\n)+(?:[\s\S]*\n)?bundle written: /,
		);

		t.notRegex(bundle?.stdout ?? '', /warning: (?:config|relay_status|audit_recent|storage) /);

		// Quick start: what is safe to do, before it is done.
		for (const preview of await desk.runbook('quick start: preview')) {
			succeeded(t, preview);
		}
		const [ofThePlan] = await desk.runbook('quick start: execute a target of the control plane');
		t.is(ofThePlan?.code, 1);
		t.regex(ofThePlan?.stderr ?? '', /autonomy /);

		// Phase 3a: delivery is suspended; what comes in is kept.
		const [suspended] = await desk.runbook('phase 3a: suspend');
		t.regex(succeeded(t, suspended), /^applied=true\n/);
		const paused = await desk.run(
			`edgectl rollback execute --target relay_suspend --strategy pause --resource archive --reason "INC-42" --output json`,
		);
		const {rollback_id: rollbackId} = JSON.parse(succeeded(t, paused)) as {rollback_id: string};
		station.isWell = true;
		for (const id of ['a', 'b', 'c']) {
			await enqueueText(daemon, id, {segment_id: id});
		}
		t.like((await statusOf(daemon)).queue_depth, {scheduled: 7, inflight: 0, failed: 0});

		// Phase 3b: the entry is looked at; what blocks is buried, and the harmful one purged.
		const [inspected] = await desk.runbook('phase 3b: inspect');
		t.regex(succeeded(t, inspected), /^Deadletter Entry\n {2}Segment ID: +telemetry-2026\.07:poison\n/);
		t.regex(inspected?.stdout ?? '', /outcome: REJECTED error: .*unknown schema 7/);
		succeeded(
			t,
			await desk.run(
				`edgectl rollback execute --target relay_deadletter --strategy force --resource blocks/${PEER} --reason "INC-42: blocks the queue"`,
			),
		);
		t.regex(
			(await desk.run(`edgectl relay deadletter inspect blocks ${PEER}`)).stdout,
			/^ {2}Reason: +FORCED$/m,
		);
		const [purged] = await desk.runbook('phase 3b: purge');
		t.is(succeeded(t, purged), `purged the record of ${POISON} for ${PEER}\n`);
		t.is((await desk.runbook('phase 3b: inspect'))[0]?.code, 4);

		// "For a hard stop, edged must be restarted": here it is killed, and everything ordered holds.
		await daemon.end('SIGKILL');
		daemon = await edge.start(config);
		t.like((await statusOf(daemon)).bandwidth, {bytes_per_second: 1});

		// Phase 3a again: back to how it was.
		const [restored] = await desk.runbook('phase 3a: restore');
		t.regex(succeeded(t, restored), /^applied=true\n/);
		succeeded(t, await desk.run(`edgectl rollback execute --undo ${rollbackId}`));
		succeeded(t, await desk.run(`edgectl relay deadletter retry blocks ${PEER} --reason "INC-42: over"`));

		// Phase 4: the queue drains, and the trail says who did what.
		await untilIs(
			() => statusOf(daemon),
			({queue_depth: {scheduled, inflight, failed}}) => scheduled + inflight + failed === 0,
		);
		const [drained] = await desk.runbook('phase 4: status');
		t.regex(
			succeeded(t, drained),
			/^ {2}Scheduled: +0\n {2}Inflight: +0\n {2}Acked: +10\n {2}Failed: +0\n {2}Deadletter: +0\n {2}Total: +10$/m,
		);
		const [rollbacks] = await desk.runbook('phase 4: rollback events');
		const {events} = JSON.parse(succeeded(t, rollbacks)) as {events: readonly AuditEvent[]};
		t.deepEqual(
			events.map(({event_name, outcome, actor}) => [event_name, outcome, actor]),
			Array.from({length: 2}, () => ['rollback.executed', 'success', 'oncall@example.com']),
		);
		for (const ofOthers of await desk.runbook('phase 4: categories')) {
			succeeded(t, ofOthers);
		}

		// Phase 5: for the report.
		const [final] = await desk.runbook('phase 5: support bundle');
		succeeded(t, final);
		const [exported] = await desk.runbook('phase 5: audit export');
		t.is(succeeded(t, exported), '');
		const files = await readdir(edge.directory);
		t.is(files.filter(file => /^incident-\d{8}-\d{6}(?:-post-recovery)?\.tar\.gz$/.test(file)).length, 2);
		const [exportFile = ''] = files.filter(file => /^incident-audit-\d{8}\.json$/.test(file));
		const trail = JSON.parse(await readFile(inDirectory(edge, exportFile), 'utf8')) as readonly AuditEvent[];
		const done = trail.filter(({outcome}) => outcome === 'success').map(({event_name: name}) => name);
		for (const name of [
			'daemon.started',
			'relay.bandwidth.configured',
			'relay.deadletter.purged',
			'relay.deadletter.retried',
			'rollback.executed',
			'rollback.undone',
		]) {
			t.true(done.includes(name), name);
		}
		t.is(done.filter(name => name === 'relay.bandwidth.configured').length, 2);
		t.is(done.filter(name => name === 'daemon.started').length, 2);

		await holdsAndShowsEachChange(t, desk, inDirectory(edge, 'audit'));
	},
);

type AuditEvent = {readonly event_name: string; readonly outcome: string; readonly actor: string};

const succeeded = (t: ExecutionContext, ended: ShellEnded | undefined): string => {
	t.is(ended?.code, 0, ended?.stderr);
	return ended?.stdout ?? '';
};

/** At the end the chain is whole; a word that is changed in it is found. */
const holdsAndShowsEachChange = async (t: ExecutionContext, desk: Desk, directory: string): Promise<void> => {
	succeeded(t, await desk.run('edgectl audit verify'));
	succeeded(t, await desk.run('edgectl audit verify --audit-dir "$AUTONOMY_AUDIT_DIR"'));
	const [day = ''] = (await readdir(directory)).filter(file => file.endsWith('.jsonl'));
	const file = path.join(directory, day);
	const text = await readFile(file, 'utf8');
	await writeFile(file, text.replace('oncall@example.com', 'nobody@example.com'));
	t.is((await desk.run('edgectl audit verify')).code, 1);
	await writeFile(file, text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1));
	t.is((await desk.run('edgectl audit verify')).code, 1, 'a tail that was cut off');
};

const rejecting = (id: string, request: ParsedRequest): string => {
	const ids = Array.from({length: request.entryCount}, (_, index) => request.metadata(index)?.givenId);
	return answerOf(request, {
		accepted: ids.flatMap((each, index) => (each === id ? [] : [[index, index] as [number, number]])),
		rejected: ids.flatMap((each, index) =>
			each === id ? [{index, code: 'INVALID_ARGUMENT', message: 'unknown schema 7'}] : [],
		),
	});
};

const configFileIn = async (directory: string): Promise<string> => {
	const [file = ''] = (await readdir(directory)).filter(name => name.endsWith('.toml'));
	return path.join(directory, file);
};
