import {randomBytes} from 'node:crypto';
import {readdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {directoryPeer, edgeConfig, edgeIn, inDirectory} from '../helpers/edge-daemon.js';
import {runEdgectl} from '../helpers/process.js';
import {unpacked} from '../helpers/unpacked.js';

const CONFIG = edgeConfig(directoryPeer('outbox')).replace(
	'socket = "rpc.sock"',
	'socket = "rpc.sock"\nstatus_socket = "status.sock"',
);

test.serial(
	'deadletters are taken out with their payloads, and the audit trail has it; who only looks may not',
	async t => {
		const edge = await edgeIn(t);
		const daemon = await edge.start(CONFIG);
		const at = (name: string): string => inDirectory(edge, name);
		const rpc = ['--socket', at('rpc.sock')];
		const big = randomBytes(3_000_000);
		await writeFile(at('big'), big);
		await writeFile(at('small'), 'small');
		await runEdgectl([...rpc, 'relay', 'pause']);
		t.is((await runEdgectl([...rpc, 'relay', 'enqueue', at('big'), at('small'), '--id-from-name'])).code, 0);
		t.is(
			(await runEdgectl([...rpc, 'relay', 'deadletter', 'force', '--all', '--peer-id', 'outbox', '--yes']))
				.code,
			0,
		);
		const exported = await runEdgectl([...rpc, 'relay', 'deadletter', 'export', at('dead.tar.gz')]);
		t.is(exported.code, 0, exported.stderr);
		const files = await unpacked(at('dead.tar.gz'));
		t.true([...files.values()].some(bytes => bytes.equals(big)));
		t.regex(
			files.get('manifest.json')?.toString() ?? '',
			/"records": 2,\s+"payloads": 2,\s+"payload_bytes": 3000005/,
		);
		const trail = path.join(at('state'), 'audit');
		const lines = await Promise.all(
			(await readdir(trail))
				.filter(name => name.endsWith('.jsonl'))
				.map(name => readFile(path.join(trail, name), 'utf8')),
		);
		t.is(lines.join('').match(/"event_name":"relay.deadletter.exported"/g)?.length, 2);
		const refused = await runEdgectl([
			'--socket',
			at('status.sock'),
			'relay',
			'deadletter',
			'export',
			at('no'),
		]);
		t.is(refused.code, 1);
		t.regex(refused.stderr, /FORBIDDEN/);
		t.is(
			(await runEdgectl([...rpc, 'relay', 'deadletter', 'list', '--output', 'json'])).stdout.match(
				/"segment_id"/g,
			)?.length,
			2,
			'the store is as it was',
		);

		const bundle = await runEdgectl([
			'--socket',
			at('status.sock'),
			'support-bundle',
			'generate',
			'--output',
			at('b.tar.gz'),
			'--log-file',
			at('edge.toml'),
		]);
		t.is(bundle.code, 0, bundle.stderr);
		t.notRegex(bundle.stdout, /warning/);
		const collected = await unpacked(at('b.tar.gz'));
		t.regex(collected.get('audit_recent.json')?.toString() ?? '', /relay\.deadletter\.exported/);
		t.regex(collected.get('relay_status.json')?.toString() ?? '', /"deadletter": 2/);
		await daemon.end('SIGTERM');
	},
);
