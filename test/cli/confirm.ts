import test from 'ava';
import {type Intent, isConfirmed} from '../../src/cli/confirm.js';
import type {CommandContext} from '../../src/cli/context.js';
import {createOutput} from '../../src/cli/output.js';
import {plain} from '../../src/cli/text/style.js';

const INTENT: Intent = {
	records: 1215,
	noun: 'deadletter',
	tallies: {peers: {lab: 15, hub: 1200, idle: 0}, reasons: {MAX_RETRIES: 1215}},
	question: 'Purge them for good',
};

type Context = Parameters<typeof isConfirmed>[0];

const contextOf = (ask: CommandContext['ask']): Context & {said(): string} => {
	let said = '';
	return {
		ask,
		said: () => said,
		signal: new AbortController().signal,
		output: createOutput({
			format: 'text',
			style: plain,
			out: {write: text => (said += text)},
			errors: {write: text => (said += text)},
			terminalWidth: undefined,
			elapsed: () => 0,
		}),
	};
};

const asked = async (reply: string | undefined, intent = INTENT) => {
	const questions: string[] = [];
	const context = contextOf(async question => {
		questions.push(question);
		return reply;
	});
	return {isYes: await isConfirmed(context, intent), questions, said: context.said()};
};

test('the question says how many, of which peers and reasons, the most first', async t => {
	const {questions} = await asked('y');
	t.deepEqual(questions, [
		'1,215 deadletters:\n  peers: hub 1,200, lab 15\n  reasons: MAX_RETRIES 1,215\nPurge them for good? [y/N] ',
	]);
});

for (const reply of ['y', 'Y', 'yes', ' YES ']) {
	test(`"${reply}" is a yes`, async t => {
		t.true((await asked(reply)).isYes);
	});
}

for (const reply of ['', 'n', 'no', 'yep', 'x', undefined]) {
	test(`${reply === undefined ? 'the end of the input' : `"${reply}"`} is a no, and says that nothing was changed`, async t => {
		const {isYes, said} = await asked(reply);
		t.false(isYes);
		t.true(said.includes('nothing was changed'));
		t.true(said.includes('--yes'));
	});
}

test('one record, or none, needs no question', async t => {
	for (const records of [0, 1]) {
		const {isYes, questions} = await asked(undefined, {...INTENT, records});
		t.true(isYes);
		t.deepEqual(questions, []);
	}
});

test('where nobody sits it goes on', async t => {
	t.true(await isConfirmed(contextOf(undefined), INTENT));
});

test('of many peers the largest are named and the others counted', async t => {
	const peers = Object.fromEntries(Array.from({length: 9}, (_, number) => [`p${number}`, 100 - number]));
	const {questions} = await asked('y', {...INTENT, tallies: {peers}});
	t.true(questions[0]?.includes('p0 100, p1 99, p2 98, p3 97, p4 96, p5 95, 3 others 279'));
});
