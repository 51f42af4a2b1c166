import test from 'ava';
import {Background} from '../../src/runtime/background.js';

const unexpected = (error: unknown): never => {
	throw error;
};

test('finished waits for all that was started', async t => {
	const background = new Background(unexpected);
	let open = () => {};
	const gate = new Promise<void>(resolve => {
		open = resolve;
	});
	let done = false;
	background.run(async () => {
		await gate;
		done = true;
	});
	const finished = background.finished();
	t.false(done);
	open();
	await finished;
	t.true(done);
});

test('finished waits for work that was begun while it waited', async t => {
	const background = new Background(unexpected);
	const story: string[] = [];
	background.run(async () => {
		story.push('first');
		background.run(async () => {
			await Promise.resolve();
			story.push('second');
		});
	});
	await background.finished();
	t.deepEqual(story, ['first', 'second']);
});

test('finished resolves at once when nothing was started', async t => {
	await t.notThrowsAsync(new Background(unexpected).finished());
});

test('work that throws, at once or later, is told and does not keep finished from resolving', async t => {
	const failures: unknown[] = [];
	const background = new Background(error => {
		failures.push(error);
	});
	const [soon, late] = [new Error('soon'), new Error('late')];
	background.run(() => {
		throw soon;
	});
	background.run(async () => {
		await Promise.resolve();
		throw late;
	});
	await background.finished();
	t.deepEqual(failures, [soon, late]);
});
