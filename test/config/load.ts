import {chmod, mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {loadConfig} from '../../src/config/load.js';
import {EdgedError} from '../../src/outbound/errors.js';
import {HUB, NODE} from '../helpers/config.js';
import {type Teardown, temporaryDirectory} from '../helpers/temp-dir.js';

const writeConfig = async (t: Teardown, text: string): Promise<{file: string; directory: string}> => {
	const directory = await temporaryDirectory(t);
	const file = path.join(directory, 'edge.toml');
	await writeFile(file, text);
	return {file, directory};
};
const TLS_HUB = `[[peers]]\nid = "hub"\nurl = "https://hub"\nca_file = "ca.crt"\ncert_file = "a.crt"\nkey_file = "a.key"\n`;

test('paths are relative to the file, wherever the daemon was started', async t => {
	const {file, directory} = await writeConfig(
		t,
		`${NODE}state_dir = "state"\n[spool]\ndir = "../in"\n${HUB}`,
	);
	const config = loadConfig(path.relative(process.cwd(), file));
	t.is(config.node.stateDir, path.join(directory, 'state'));
	t.is(config.spool.dir, path.resolve(directory, '../in'));
});

test('a configuration that is not there', async t => {
	const file = path.join(await temporaryDirectory(t), 'edge.toml');
	const error = t.throws(() => loadConfig(file), {instanceOf: EdgedError});
	t.is(error?.code, 'INVALID_CONFIG');
	t.is(error?.message, `${file}: the configuration does not exist`);
});

test('a configuration that is a directory', async t => {
	const directory = await temporaryDirectory(t);
	const error = t.throws(() => loadConfig(directory));
	t.is(error?.message, `${directory}: the configuration cannot be read (EISDIR)`);
});

test('certificates must be there, be files and be readable', async t => {
	const {file, directory} = await writeConfig(t, NODE + TLS_HUB);
	await mkdir(path.join(directory, 'a.crt'));
	await writeFile(path.join(directory, 'a.key'), 'key');
	const error = t.throws(() => loadConfig(file));
	t.deepEqual(error?.message.split('\n'), [
		`${file}:6: peers[0].ca_file = "ca.crt": ${path.join(directory, 'ca.crt')} does not exist`,
		`${file}:7: peers[0].cert_file = "a.crt": ${path.join(directory, 'a.crt')} is no file`,
	]);
});

// Root reads every file.
const unlessRoot = process.getuid?.() === 0 ? test.skip : test;
unlessRoot('a certificate that may not be read', async t => {
	const {file, directory} = await writeConfig(t, NODE + TLS_HUB);
	for (const name of ['ca.crt', 'a.crt', 'a.key']) {
		await writeFile(path.join(directory, name), '');
	}
	await chmod(path.join(directory, 'a.key'), 0o000);
	const error = t.throws(() => loadConfig(file));
	t.is(
		error?.message,
		`${file}:8: peers[0].key_file = "a.key": ${path.join(directory, 'a.key')} cannot be read (EACCES)`,
	);
});
