import {chmodSync, mkdirSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {requireWritable} from '../../src/storage/writable-state.js';
import {FakeClock} from '../helpers/fake-clock.js';
import {smallDisk, smallDiskTest} from '../helpers/small-disk.js';
import {openTestStore} from '../helpers/store-fixture.js';
import {temporaryDirectory} from '../helpers/temp-dir.js';

test('a state directory that is not there yet, or is ours, is no matter', async t => {
	const directory = await temporaryDirectory(t);
	t.notThrows(() => requireWritable(path.join(directory, 'state')));
	mkdirSync(path.join(directory, 'queue'));
	t.notThrows(() => requireWritable(directory));
});

smallDiskTest(
	'a store on a file system that is read-only is refused with the path and what to do',
	async t => {
		const {stateDirectory, makeReadOnly} = await smallDisk(t, 4);
		mkdirSync(stateDirectory, {recursive: true});
		await makeReadOnly();
		await t.throwsAsync(openTestStore(stateDirectory, new FakeClock()), {
			code: 'STORAGE_FAILED',
			message: new RegExp(
				`^${stateDirectory} cannot be written: its file system is mounted read-only .*ReadWritePaths=`,
			),
		});
	},
);

const isRoot = process.geteuid?.() === 0;
// Root may write what nobody may; test/daemon/start.ts shows the same for another user.
(isRoot ? test.skip : test)('a file of the store that may not be written is named', async t => {
	const directory = await temporaryDirectory(t);
	const queue = path.join(directory, 'queue');
	mkdirSync(queue);
	chmodSync(queue, 0o500);
	t.throws(() => requireWritable(directory), {
		code: 'INVALID_CONFIG',
		message: new RegExp(`^${queue} cannot be written by the user that edged runs as \\(EACCES\\)`),
	});
});
