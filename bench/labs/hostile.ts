import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {parseArgs} from 'node:util';
import {statusOf} from '../../test/helpers/edge-daemon.js';
import {runHostile} from '../../test/helpers/hostile/hostile-run.js';
import {withCleanup} from '../harness/cleanup.js';
import {percentile} from '../harness/statistics.js';

/**
 * `npm run lab -- hostile`: every attacker at once at both doors, liars for peers, and beside them a client in order. Prints how long
 * the client waited; ends with exit code 1 when it was not answered, when something that it was promised is not there, or when the
 * 99th percentile of its waits is above `--goal-ms`. Names of attacks after the options leave out the others.
 */
const {values, positionals} = parseArgs({
	allowPositionals: true,
	options: {
		seconds: {type: 'string', default: '30'},
		connections: {type: 'string', default: '10000'},
		/** That the daemon may have open. */
		files: {type: 'string', default: '4096'},
		'goal-ms': {type: 'string', default: '100'},
		/** Where the report goes besides the screen. */
		json: {type: 'string'},
		dir: {type: 'string', default: tmpdir()},
	},
});

const say = (line: string): void => {
	process.stdout.write(`${line}\n`);
};

const figures = (milliseconds: readonly number[]): Record<string, number> =>
	milliseconds.length === 0
		? {calls: 0}
		: {
				calls: milliseconds.length,
				p50_ms: percentile(milliseconds, 0.5),
				p99_ms: percentile(milliseconds, 0.99),
				max_ms: Math.max(...milliseconds),
			};

const lost = async (directory: string, ids: readonly string[]): Promise<string[]> => {
	const missing: string[] = [];
	for (const id of ids) {
		const text = await readFile(path.join(directory, 'outbox', id), 'utf8').catch(() => undefined);
		if (text !== id) {
			missing.push(id);
		}
	}
	return missing;
};

await withCleanup(async cleanup => {
	const directory = await mkdtemp(path.join(values.dir, 'edged-lab-'));
	const run = await runHostile(cleanup, {
		directory,
		seconds: Number(values.seconds),
		connections: Number(values.connections),
		openFiles: Number(values.files),
		only: positionals,
	});
	const {client, failures, attacks, calm, daemon} = run;
	const missing = await lost(directory, client.acknowledged);
	const report = {
		attacks,
		acknowledged: client.acknowledged.length,
		missing,
		retries: client.retries,
		failures: failures.slice(0, 10),
		calm: {ingest: figures(calm.ingestMs), rpc: figures(calm.rpcMs)},
		attacked: {ingest: figures(client.ingestMs), rpc: figures(client.rpcMs)},
		daemon: {state: (await statusOf(daemon)).queue_depth, memory: await memoryOf(daemon.pid)},
	};
	const text = JSON.stringify(report, undefined, 2);
	say(text);
	if (values.json !== undefined) {
		await writeFile(values.json, `${text}\n`);
	}
	await cleanup.run();
	const slowest = Math.max(report.attacked.ingest['p99_ms'] ?? 0, report.attacked.rpc['p99_ms'] ?? 0);
	if (missing.length + failures.length > 0) {
		say(`A PROMISE WAS BROKEN. Everything is still in ${directory}`);
		process.exitCode = 1;
		return;
	}
	await rm(directory, {recursive: true});
	say(`Everything was answered and is there; p99 ${slowest.toFixed(1)} ms, goal ${values['goal-ms']} ms`);
	process.exitCode = slowest <= Number(values['goal-ms']) ? 0 : 1;
});

/** Resident memory now and at its highest, as the kernel writes it. */
async function memoryOf(pid: number): Promise<string[]> {
	const status = await readFile(`/proc/${pid}/status`, 'utf8');
	return status.split('\n').filter(line => /^Vm(?:RSS|HWM)|^RssAnon/.test(line));
}
