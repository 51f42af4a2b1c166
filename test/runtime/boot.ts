import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {currentBoot} from '../../src/runtime/boot.js';
import {temporaryDirectory} from '../helpers/temp-dir.js';

test('the boot of the machine has an id of 16 bytes, the same for all, and its uptime grows', async t => {
	const directory = await temporaryDirectory(t);
	const file = path.join(directory, 'boot_id');
	await writeFile(file, '0a000000-0000-4000-8000-0000000000ff\n');
	const boot = currentBoot(file);
	t.is(boot?.id.toString('hex'), '0a0000000000400080000000000000ff');
	t.deepEqual(currentBoot(file)?.id, boot?.id);
	const [first = 0, second = 0] = [boot?.uptimeMs(), currentBoot(file)?.uptimeMs()];
	t.true(first > 0 && second >= first && second - first < 60_000);
});

test('where the kernel tells none, or something else, there is none', async t => {
	const directory = await temporaryDirectory(t);
	t.is(currentBoot(path.join(directory, 'missing')), undefined);
	const file = path.join(directory, 'boot_id');
	await writeFile(file, 'none');
	t.is(currentBoot(file), undefined);
});
