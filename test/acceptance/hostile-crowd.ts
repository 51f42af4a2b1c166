import {readFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {runHostile} from '../helpers/hostile/hostile-run.js';
import {temporaryDirectory} from '../helpers/temp-dir.js';

const TIMEOUT_MS = 300_000;

/** The short form of `npm run lab -- hostile`, without its goal: how long the client waits is measured there. */
test.serial(
	'with every attacker at its doors and few files to open, a client in order is answered and loses nothing',
	async t => {
		t.timeout(TIMEOUT_MS);
		const directory = await temporaryDirectory(t);
		const {client, failures, daemon, attacks} = await runHostile(t, {
			directory,
			seconds: 3,
			connections: 1500,
			openFiles: 900,
		});
		t.deepEqual(failures, []);
		t.true((attacks['connects'] ?? 0) > 500, JSON.stringify(attacks));
		t.true(client.ingestMs.length > 0);
		for (const id of client.acknowledged) {
			t.is(await readFile(path.join(directory, 'outbox', id), 'utf8'), id);
		}
		const bad = daemon
			.output()
			.split('\n')
			.filter(line => /"level":"(?:error|fatal)"/.test(line));
		t.deepEqual(bad, []);
		t.regex(daemon.output(), /few files may be open/);
	},
);
