import {execFile} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import test from 'ava';
import {componentLogger} from '../../src/runtime/logger.js';
import {loggerWithLines} from '../helpers/log-lines.js';

test('a line says when, how bad, which node, which component and what', t => {
	const {logger, lines} = loggerWithLines({nodeId: 'edge-7'});
	componentLogger(logger, 'lane', {peer_id: 'hub'}).info({bytes: 5}, 'link is up');
	const [{time, ...line} = {}] = lines();
	t.deepEqual(line, {
		level: 'info',
		node_id: 'edge-7',
		component: 'lane',
		peer_id: 'hub',
		bytes: 5,
		msg: 'link is up',
	});
	t.regex(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

test('lines below the level are not written, by a child neither', t => {
	const {logger, lines} = loggerWithLines({level: 'warn'});
	const child = componentLogger(logger, 'store');
	logger.info('hidden');
	child.info('hidden');
	child.warn('seen');
	logger.level = 'info';
	logger.info('seen later');
	t.deepEqual(
		lines().map(({msg}) => msg),
		['seen', 'seen later'],
	);
});

const secretIsHidden = test.macro((t, fields: Record<string, unknown>) => {
	const {logger, raw} = loggerWithLines();
	logger.warn(fields, 'something');
	componentLogger(logger, 'lane', fields).warn('something');
	t.is(raw.length, 2);
	for (const line of raw) {
		t.notRegex(line, /hunter2/);
		t.regex(line, /\[redacted\]/);
	}
});

for (const name of [
	'token',
	'password',
	'authorization',
	'Authorization',
	'api_key',
	'accessKey',
	'cookie',
]) {
	test(`the value of "${name}" is hidden`, secretIsHidden, {[name]: 'hunter2'});
}
test('a secret deep inside is hidden', secretIsHidden, {
	request: {headers: [{authorization: 'Basic hunter2'}]},
});
test('a secret that is no string is hidden', secretIsHidden, {password: ['hunter2']});
test('the credentials of a URL are hidden', secretIsHidden, {url: 'https://joe:hunter2@hub.example/v1'});
test('a password with an @ in it is hidden whole', secretIsHidden, {url: 'https://joe:x@hunter2@hub/v1'});
test('a URL with credentials in the words of an error is hidden', secretIsHidden, {
	err: new Error('cannot reach https://joe:hunter2@hub.example/v1'),
});
test('a secret in a property of an error is hidden', secretIsHidden, {
	err: Object.assign(new Error('refused'), {headers: {authorization: 'hunter2'}}),
});

test('a URL with credentials in a message is hidden', t => {
	const {logger, lines} = loggerWithLines();
	logger.error('cannot reach https://joe:hunter2@hub.example/v1');
	t.like(lines()[0], {msg: 'cannot reach https://[redacted]@hub.example/v1'});
});

test('what only looks like a secret is left alone', t => {
	const {logger, lines} = loggerWithLines();
	const fields = {available_tokens: 7, url: 'https://hub.example/v1?mail=joe@example.org', peers: ['a@b']};
	logger.info(fields, 'status');
	t.like(lines()[0], fields);
});

test('an error keeps its class, message and stack', t => {
	const {logger, lines} = loggerWithLines();
	logger.error(new RangeError('too far'), 'gave up');
	const line = lines()[0] as {err: {type: string; message: string; stack: string}; msg: string};
	t.is(line.msg, 'gave up');
	t.is(line.err.type, 'RangeError');
	t.is(line.err.message, 'too far');
	t.regex(line.err.stack, /RangeError: too far\n\s+at /);
});

test('an object that contains itself is cut, not followed for ever', t => {
	const {logger, raw} = loggerWithLines();
	const loop: {self?: unknown} = {};
	loop.self = loop;
	logger.info({loop}, 'round');
	t.regex(raw[0] ?? '', /\[too deep\]/);
});

test('the last line before a SIGKILL is written', async t => {
	const loggerUrl = new URL('../../src/runtime/logger.js', import.meta.url).href;
	const script = `
		import {createLogger} from ${JSON.stringify(loggerUrl)};
		const logger = createLogger({level: 'info'});
		for (let n = 1; n <= 1000; n++) logger.info({n}, 'line');
		process.kill(process.pid, 'SIGKILL');
	`;
	const run = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
		cwd: fileURLToPath(new URL('.', import.meta.url)),
	});
	const killed = await t.throwsAsync<Error & {stdout: string; signal: string}>(run);
	t.is(killed?.signal, 'SIGKILL');
	t.is(killed?.stdout.trim().split('\n').length, 1000);
});
