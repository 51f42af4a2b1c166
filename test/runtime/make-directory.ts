import {stat, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {makeDirectory} from '../../src/runtime/make-directory.js';
import {temporaryDirectory} from '../helpers/temp-dir.js';

test('a directory and all that is missing above it are made, with the mode asked for', async t => {
	const top = await temporaryDirectory(t);
	const wanted = path.join(top, 'a', 'b', 'c');
	makeDirectory(wanted, 0o700);
	makeDirectory(wanted, 0o700);
	for (const made of [wanted, path.dirname(wanted)]) {
		t.is((await stat(made)).mode & 0o777, 0o700);
	}
	await symlink(wanted, path.join(top, 'link'));
	t.notThrows(() => makeDirectory(path.join(top, 'link'), 0o700));
});

test('a file in the way is an error', async t => {
	const top = await temporaryDirectory(t);
	await writeFile(path.join(top, 'file'), '');
	t.throws(() => makeDirectory(path.join(top, 'file'), 0o700), {code: 'EEXIST'});
	t.throws(() => makeDirectory(path.join(top, 'file', 'below'), 0o700), {code: 'ENOTDIR'});
});

test('where mkdir finds nothing although the parent is there, it is not tried for ever', t => {
	t.throws(() => makeDirectory('/proc/edged/queue', 0o700), {code: 'ENOENT'});
});
