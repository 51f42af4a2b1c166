import {chmod, chown, mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {closedToGroup} from '../../src/runtime/socket-reach.js';
import {type Teardown, temporaryDirectory} from '../helpers/temp-dir.js';

/** A file does: what counts are modes and groups. */
const place = async (t: Teardown, directoryMode: number, mode: number) => {
	const outer = await temporaryDirectory(t);
	await chmod(outer, 0o755);
	const directory = path.join(outer, 'run');
	await mkdir(directory);
	const socket = path.join(directory, 's.sock');
	await writeFile(socket, '');
	await chmod(socket, mode);
	await chmod(directory, directoryMode);
	return {directory, socket};
};

test('the group of the socket may enter a directory of its own group', async t => {
	const {socket} = await place(t, 0o750, 0o660);
	t.is(await closedToGroup(socket), undefined);
});

test('all users may not, and the directory that keeps them out is named', async t => {
	const {directory, socket} = await place(t, 0o750, 0o666);
	t.is(await closedToGroup(socket), directory);
	await chmod(directory, 0o751);
	t.is(await closedToGroup(socket), undefined);
});

const asRoot = process.getuid?.() === 0 ? test : test.skip;

asRoot('another group is kept out by a directory that only its own may enter', async t => {
	const {directory, socket} = await place(t, 0o750, 0o660);
	await chown(socket, -1, 65_533);
	t.is(await closedToGroup(socket), directory);
	await chown(directory, -1, 65_533);
	t.is(await closedToGroup(socket), undefined);
});

test('of what is not there nothing is said', async t => {
	t.is(await closedToGroup('/nowhere/s.sock'), undefined);
});
