import {writeFile} from 'node:fs/promises';
import test from 'ava';
import {
	directoryPeer,
	edgeConfig,
	edgeIn,
	enqueueText,
	inDirectory,
	untilSaid,
} from '../../helpers/edge-daemon.js';
import {runEdgectl} from '../../helpers/process.js';

const CONFIG = edgeConfig(directoryPeer()).replace('[rpc]', '[rpc]\nrequire_operator = true');
const NOBODY = {AUTONOMY_OPERATOR: '', EDGED_BREAK_GLASS: ''};

test('where a name is required, edgectl without one changes nothing and says how to give it', async t => {
	const edge = await edgeIn(t);
	const daemon = await edge.start(CONFIG);
	const pause = ['--socket', daemon.socket, 'relay', 'pause', 'outbox'];
	const refused = await runEdgectl(pause, {env: NOBODY});
	t.is(refused.code, 1);
	t.is(
		refused.stderr,
		'edgectl: FORBIDDEN: Who changes something here has to say who he is (rpc.require_operator): give --operator NAME or set AUTONOMY_OPERATOR. In an emergency EDGED_BREAK_GLASS=1 does without, and is recorded.\n',
	);
	await untilSaid(daemon, /"event":"auth\.access\.denied".*"operator":"uid:\d+"/);
	t.like(await daemon.call('relay.status'), {peers: [{paused: false}]});
	t.is((await runEdgectl(['--socket', daemon.socket, 'relay', 'status'], {env: NOBODY})).code, 0);
	await enqueueText(daemon, 'programs have no names');

	t.is((await runEdgectl([...pause, '--operator', 'ann'], {env: NOBODY})).code, 0);
	await untilSaid(daemon, /"event":"relay\.paused".*"operator":"ann"/);
	const resume = ['--socket', daemon.socket, 'relay', 'resume', 'outbox'];
	t.is((await runEdgectl(resume, {env: {...NOBODY, AUTONOMY_OPERATOR: 'bob'}})).code, 0);
	await untilSaid(daemon, /"event":"relay\.resumed".*"operator":"bob"/);
});

test('in an emergency the glass is broken: it is done, and told before it is done', async t => {
	const edge = await edgeIn(t);
	const daemon = await edge.start(CONFIG);
	const done = await runEdgectl(['--socket', daemon.socket, 'relay', 'pause', '--reason', 'INC-42'], {
		env: {...NOBODY, EDGED_BREAK_GLASS: '1'},
	});
	t.deepEqual([done.code, done.stderr], [0, '']);
	const said = await untilSaid(daemon, /"event":"relay\.paused".*"operator":"uid:\d+"/);
	t.regex(said, /"event":"auth\.break_glass\.used","method":"relay\.pause","uid":\d+,.*"reason":"INC-42"/);
	t.true(said.indexOf('auth.break_glass.used') < said.indexOf('"event":"relay.paused"'));
	t.is(
		(
			await runEdgectl(['--socket', daemon.socket, 'relay', 'resume'], {
				env: {...NOBODY, EDGED_BREAK_GLASS: '0'},
			})
		).code,
		1,
	);
});

test('what is required of operators changes with a reload', async t => {
	const edge = await edgeIn(t);
	const daemon = await edge.start(edgeConfig(directoryPeer()));
	await daemon.call('relay.pause');
	await writeFile(inDirectory(edge, 'edge.toml'), CONFIG);
	daemon.signal('SIGHUP');
	await untilSaid(daemon, /"applied":\["rpc\.require_operator"\]/);
	await t.throwsAsync(daemon.call('relay.pause'), {message: /has to say who he is/});
});
