import {readFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {loadConfig} from '../../src/config/load.js';
import {QUICKSTART_RPC_SOCKET} from '../../src/config/paths.js';
import {sections} from '../../src/config/sections.js';
import {configFrom, defaultConfig} from '../helpers/config.js';
import {PROJECT} from '../helpers/source-files.js';

const example = (name: string): string => path.join(PROJECT, 'examples', name);
/** As if the certificates were there. */
const parseExample = async (name: string) => configFrom(await readFile(example(name), 'utf8'));

test('the quickstart keeps everything below var, where edgectl looks for it', t => {
	const config = loadConfig(example('quickstart.toml'));
	const below = path.join(PROJECT, 'var');
	t.is(config.rpc.socket, path.join(PROJECT, QUICKSTART_RPC_SOCKET));
	t.is(config.ingest.socket, path.join(below, 'ingest.sock'));
	t.is(config.node.stateDir, path.join(below, 'state'));
	t.like(config.peers, [{id: 'outbox', transport: 'directory', path: path.join(below, 'outbox')}]);
	t.deepEqual(config.notices, []);
});

test('the edge and the hub of the examples fit together', async t => {
	const [edge, hub] = [await parseExample('edge.toml'), await parseExample('hub.toml')];
	const [peer] = edge.peers;
	if (peer?.transport !== 'edged') {
		return t.fail('the edge sends to another edged');
	}
	t.is(new URL(peer.url).port, String(hub.ingest.listener?.address.port));
	t.is(path.basename(peer.tls?.caFile ?? ''), path.basename(hub.ingest.listener?.clientCaFile ?? 'none'));
	t.deepEqual(hub.ingest.allowedSenders, [edge.node.id]);
	t.deepEqual([...edge.notices, ...hub.notices], []);
});

test('what the edge example shows as a default is one, and it shows every key that an edge has', async t => {
	const text = await readFile(example('edge.toml'), 'utf8');
	const shown = await parseExample('edge.toml');
	const {node, ...bare} = defaultConfig();
	t.deepEqual({...shown, peers: []}, {...bare, node: {...node, id: shown.node.id}, peers: []});
	const keys = Object.entries(sections)
		.filter(([table]) => !['ingest', 'peers', 'peers.windows'].includes(table))
		.flatMap(([, {fields}]) => Object.values(fields).map(({key}) => key));
	t.deepEqual(
		keys.filter(key => !new RegExp(`^${key} = `, 'm').test(text)),
		[],
	);
});
