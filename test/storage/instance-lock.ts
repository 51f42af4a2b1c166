import {spawn} from 'node:child_process';
import {createHash} from 'node:crypto';
import {once} from 'node:events';
import {realpathSync, symlinkSync, writeFileSync} from 'node:fs';
import {stat} from 'node:fs/promises';
import {createConnection} from 'node:net';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import test, {type ExecutionContext} from 'ava';
import {lockInstance} from '../../src/storage/instance-lock.js';
import {temporaryDirectory} from '../helpers/temp-dir.js';

const HOLDER = fileURLToPath(new URL('../helpers/lock-holder.js', import.meta.url));

const startHolder = async (t: ExecutionContext, directory: string) => {
	const child = spawn(process.execPath, [HOLDER, directory], {stdio: ['pipe', 'pipe', 'inherit']});
	t.teardown(() => child.kill('SIGKILL'));
	await once(child.stdout, 'data');
	return child;
};

test('another process that holds the lock is named by its pid', async t => {
	const directory = await temporaryDirectory(t);
	const {pid} = await startHolder(t, directory);
	await t.throwsAsync(lockInstance(directory, process.pid), {
		name: 'EdgedError',
		code: 'BUSY',
		message: `another edged (pid ${pid}) uses the state directory ${directory}: stop it first, or set node.state_dir`,
	});
});

test.serial('a holder is named also when the machine has no time for either of the two', async t => {
	const directory = await temporaryDirectory(t);
	const lock = await lockInstance(directory, 4711);
	t.teardown(() => lock.release());
	const second = t.throwsAsync(lockInstance(directory, 1), {code: 'BUSY', message: /pid 4711/});
	setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500));
	await second;
});

test('the lock dies with a holder that is killed: nothing stale is left', async t => {
	const directory = await temporaryDirectory(t);
	const holder = await startHolder(t, directory);
	holder.kill('SIGKILL');
	await once(holder, 'exit');
	const lock = await lockInstance(directory, process.pid);
	await t.notThrowsAsync(lock.release());
});

test('the lock is the directory, by whatever path it is reached', async t => {
	const directory = await temporaryDirectory(t);
	const real = path.join(directory, 'state');
	const lock = await lockInstance(real, 4711);
	t.teardown(() => lock.release());
	symlinkSync(real, path.join(directory, 'link'));
	await t.throwsAsync(lockInstance(path.join(directory, 'link'), 1), {message: /pid 4711/});
	await t.throwsAsync(lockInstance(`${real}/../state/`, 1), {message: /pid 4711/});
});

test('a released lock can be taken again, and two directories do not disturb each other', async t => {
	const [a, b] = [await temporaryDirectory(t), await temporaryDirectory(t)];
	for (let round = 0; round < 2; round++) {
		const locks = [await lockInstance(a, 1), await lockInstance(b, 1)];
		await Promise.all(locks.map(lock => lock.release()));
	}
	t.pass();
});

test('the state directory is made when missing, for its owner only', async t => {
	const directory = path.join(await temporaryDirectory(t), 'deep', 'state');
	const lock = await lockInstance(directory, 1);
	t.is((await stat(directory)).mode & 0o777, 0o700);
	await lock.release();
});

test('who asks for the holder and never goes away does not hold up the release', async t => {
	const directory = await temporaryDirectory(t);
	const lock = await lockInstance(directory, 77);
	const name = createHash('sha256').update(realpathSync(directory)).digest('hex').slice(0, 40);
	const socket = createConnection({path: `\0edged-${name}`, allowHalfOpen: true});
	t.teardown(() => socket.destroy());
	const [answer] = await once(socket, 'data');
	t.is(String(answer), '77\n');
	await lock.release();
	t.pass();
});

test('a state directory that cannot be made is refused with what to do', async t => {
	const file = path.join(await temporaryDirectory(t), 'file');
	writeFileSync(file, '');
	await t.throwsAsync(lockInstance(file, 1), {
		code: 'INVALID_CONFIG',
		message: `the state directory ${file} cannot be made (a file is in the way): make it for the user of edged, or set node.state_dir`,
	});
});
