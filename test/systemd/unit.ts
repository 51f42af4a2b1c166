import {execFile, spawnSync} from 'node:child_process';
import {chmod, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {promisify} from 'node:util';
import test from 'ava';
import {DEFAULT_CONFIG_FILE, DEFAULT_INGEST_SOCKET, DEFAULT_RPC_SOCKET} from '../../src/config/paths.js';
import {defaultConfig} from '../helpers/config.js';
import {PROJECT} from '../helpers/source-files.js';
import {temporaryDirectory} from '../helpers/temp-dir.js';

const UNIT = path.join(PROJECT, 'systemd/edged.service');
const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;
const withSystemd = hasSystemd ? test : test.skip;

const settings = async (): Promise<Map<string, string>> => {
	const lines = (await readFile(UNIT, 'utf8')).split('\n').filter(line => /^[A-Z]\w*=/.test(line));
	return new Map(lines.map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
};

withSystemd('systemd finds nothing wrong with the unit', async t => {
	const directory = await temporaryDirectory(t);
	const program = path.join(directory, 'program');
	await writeFile(program, '#!/bin/sh\n');
	await chmod(program, 0o755);
	// The programs need not be installed where the tests run; all else is the unit as it ships.
	const unit = (await readFile(UNIT, 'utf8')).replaceAll(/\/usr\/bin\/(?:edged|edgectl)(?= )/g, program);
	const file = path.join(directory, 'edged.service');
	await writeFile(file, unit);
	const {stdout, stderr} = await promisify(execFile)('systemd-analyze', ['verify', '--man=no', file]);
	// It loads the machine's other units too, and speaks of those.
	const complaints = `${stdout}${stderr}`.split('\n').filter(line => line.includes('edged'));
	t.deepEqual(complaints, []);
});

test('the unit stops later than the daemon drains, and asks for readiness less long than the start may take', async t => {
	const unit = await settings();
	t.true(Number(unit.get('TimeoutStopSec')) * 1000 >= 2 * defaultConfig().node.drainTimeoutMs);
	const [, waitSeconds] = /--wait (\d+)s$/.exec(unit.get('ExecStartPost') ?? '') ?? [];
	t.true(Number(unit.get('TimeoutStartSec')) > Number(waitSeconds));
});

test('the unit makes the directories and reads the file that the defaults name', async t => {
	const unit = await settings();
	t.is(`/run/${unit.get('RuntimeDirectory')}`, path.dirname(DEFAULT_RPC_SOCKET));
	t.is(`/run/${unit.get('RuntimeDirectory')}`, path.dirname(DEFAULT_INGEST_SOCKET));
	t.is(`/var/lib/${unit.get('StateDirectory')}`, defaultConfig().node.stateDir);
	t.true(unit.get('ExecStart')?.endsWith(` --config ${DEFAULT_CONFIG_FILE}`));
});
