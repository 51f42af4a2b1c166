import {PassThrough, Writable} from 'node:stream';
import test from 'ava';
import {putText} from '../../src/cli/put-text.js';
import {writeTrail} from '../helpers/audit/write-trail.js';
import {EDGECTL} from '../helpers/process.js';
import {runShell} from '../helpers/shell.js';
import {temporaryDirectory} from '../helpers/temp-dir.js';

test('who waits for a slow reader goes on when he has read', async t => {
	const pipe = new PassThrough({highWaterMark: 1});
	const put = putText(pipe, 'much');
	t.is(await putText(pipe, ''), 'taken');
	pipe.resume();
	t.is(await put, 'taken');
});

test('nobody waits for a reader who is gone', async t => {
	const full = new Writable({write: (_chunk, _encoding, done) => done(new Error('full'))});
	full.on('error', () => {});
	t.is(await putText(full, 'x'), 'nobody reads');
	t.is(await putText(full, 'x'), 'nobody reads');
});

for (const words of ['query --limit 0', 'query --limit 0 --output json', 'export', 'export --format csv']) {
	test(`audit ${words}: a reader who has seen enough ends it, a disk that is full fails it`, async t => {
		const directory = await temporaryDirectory(t);
		await writeTrail(directory, [1500]);
		const line = `"$0" "$1" audit ${words} --audit-dir "$2"`;
		const run = (text: string) =>
			runShell('bash', ['-c', text, process.execPath, EDGECTL, directory], {cwd: directory});
		const head = await run(`${line} | head -c 20; echo " \${PIPESTATUS[0]}"`);
		t.regex(head.stdout, / 0\n$/);
		t.is(head.stderr, '');
		const full = await run(`${line} > /dev/full`);
		t.is(full.code, 1);
		t.is(full.stderr, 'edgectl: the output could not be written: ENOSPC: no space left on device, write\n');
	});
}
