import test from 'ava';
import {allCommands} from '../../../src/cli/all-commands.js';
import {complete, type KnownNames} from '../../../src/cli/completion/complete.js';
import {knownNames} from '../../../src/cli/completion/known-names.js';
import {STATES} from '../../../src/outbound/transitions.js';
import {record, status} from '../../helpers/wire-samples.js';

const KNOWN: KnownNames = {
	peers: async () => [{word: 'hub', about: 'up'}],
	segments: async () => [
		{word: 'seg-1', about: ''},
		{word: 'a:1', about: ''},
	],
};

/** The last word is the one that is being typed: `'relay li'`, `'relay '`. */
const proposed = async (line: string, known = KNOWN): Promise<readonly string[] | 'files'> => {
	const found = await complete(line.split(' '), allCommands, known);
	return found.kind === 'files' ? 'files' : found.words.map(({word}) => word);
};

const gives = test.macro({
	exec: async (t, line: string, words: readonly string[] | 'files') => {
		t.deepEqual(await proposed(line), words);
	},
	title: (_, line, words) => `"edgectl ${line}" is completed with ${words}`,
});
test(gives, 'rel', ['relay']);
test(gives, 'relay st', ['status']);
test(gives, 'relay deadletter r', ['retry']);
test(gives, 'deadletter r', ['retry']);
test(gives, 'relay nonsense ', []);
test(gives, 'relay list --state ', [...STATES, 'held']);
test(gives, 'relay list --state FAI', ['failed']);
test(gives, 'relay list --state=fai', ['--state=failed']);
test(gives, 'relay list --output ', ['text', 'json']);
test(gives, '--output json relay sh', ['shape']);
test(gives, 'relay list --peer-id h', ['hub']);
test(gives, 'relay list --limit ', []);
test(gives, 'relay inspect s', ['seg-1']);
test(gives, 'relay inspect a:', ['a:1']);
test(gives, 'relay inspect seg-1 ', ['hub']);
test(gives, 'relay inspect seg-1 --payload ', 'files');
test(gives, 'relay inspect seg-1 --payload=x', 'files');
test(gives, 'relay why ', ['hub', 'seg-1', 'a:1']);
test(gives, 'relay enqueue ', 'files');
test(gives, 'relay enqueue one two ', 'files');
test(gives, 'relay enqueue one --pri', ['--priority']);
test(gives, 'relay enqueue -- --pri', 'files');
test(gives, 'completion z', ['zsh']);
test(gives, 'relay config set-bandwidth --res', ['--reset']);
test(gives, '--soc', ['--socket']);

test('the first word may be that of any command', async t => {
	const words = await proposed('');
	for (const {name} of allCommands) {
		t.true(words.includes(name.split(' ')[0] ?? ''), name);
	}
});

test('an option that was given is not offered again, unless it may be repeated', async t => {
	const words = await proposed('relay enqueue x --priority bulk --label a=1 --');
	t.false(words.includes('--priority'));
	t.true(words.includes('--label'));
	t.true(words.includes('--help'));
});

test('every choice that a command reads is offered', async t => {
	for (const {name, options} of allCommands) {
		for (const {flags, suggests} of Object.values(options)) {
			if (suggests?.kind === 'choices') {
				const flag = flags.split(' ')[0] ?? '';
				t.deepEqual(await proposed(`${name} ${flag} `), suggests.values, `${name} ${flag}`);
			}
		}
	}
});

const asking = (answers: Readonly<Record<string, unknown>>) => {
	const asked: Array<readonly [string, object]> = [];
	const known = knownNames(async (method, params) => {
		asked.push([method, params]);
		return answers[method];
	});
	return {asked, known};
};

test('a retry is offered what is dead, a release what is held, of the peer that was given', async t => {
	const page = {records: [{...record, segment_id: 'dead-1'}]};
	const {asked, known} = asking({'relay.deadletter.list': page, 'relay.list': page});
	t.deepEqual(await proposed('relay deadletter retry ', known), ['dead-1']);
	t.deepEqual(await proposed('relay deadletter purge --peer-id hub --segment-id ', known), ['dead-1']);
	await proposed('relay release ', known);
	await proposed('relay deadletter force ', known);
	t.deepEqual(asked, [
		['relay.deadletter.list', {limit: 200}],
		['relay.deadletter.list', {limit: 200, peer_id: 'hub'}],
		['relay.list', {limit: 200, held: true}],
		['relay.list', {limit: 200}],
	]);
});

test('behind a segment stand its own peers, and all when it is not known', async t => {
	const inspected = {records: [{...record, peer_id: 'archive'}]};
	t.deepEqual(await proposed('relay inspect s-1 ', asking({'relay.inspect': inspected}).known), ['archive']);
	const others = asking({'relay.status': status}).known;
	t.deepEqual(
		await proposed('relay inspect s-1 ', others),
		status.peers.map(({peer_id}) => peer_id),
	);
});

for (const answer of [undefined, null, 7, {}, {records: 'x', peers: [null, {peer_id: '$(reboot)'}]}]) {
	test(`an answer that is none offers nothing: ${JSON.stringify(answer)}`, async t => {
		const {known} = asking({'relay.status': answer, 'relay.list': answer});
		t.deepEqual(await proposed('relay why ', known), []);
	});
}
