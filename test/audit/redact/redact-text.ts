import test from 'ava';
import fc from 'fast-check';
import {redactText} from '../../../src/audit/redact/redact-text.js';
import {PLANTED} from '../../helpers/planted-secrets.js';

for (const {text, mustGo} of PLANTED) {
	test(`nothing is left of ${JSON.stringify(text.slice(0, 60))} (${text.length})`, t => {
		const clean = redactText(text);
		t.deepEqual(
			mustGo.filter(secret => clean.includes(secret)),
			[],
			clean,
		);
		t.is(redactText(clean), clean, 'twice is as good as once');
	});
}

for (const kept of [
	'segment seg-aaaaq4i5hjtv2pdjaaaqaaaa for hub failed: ECONNREFUSED 10.0.0.7:7443',
	'{"level":"info","time":"2026-11-24T00:00:00.000Z","msg":"acknowledged","peer_id":"hub","bytes":1048576}',
	'available_tokens = 524288',
	'key_file = "tls/edge-1.key"',
	'sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
	'01ARZ3NDEKTSV4RRFFQ69G5FAV and 123e4567-e89b-12d3-a456-426614174000',
	'GET https://hub.example.net:7443/v1/segments?limit=50&state=failed 503',
	'Basic authentication is wanted; Bearer tokens are not',
	'at 12:30:45.123 the lane web:1 backed off 4 s (attempt 3 of 8)',
	'{"password":null,"has_token":false}',
]) {
	test(`support needs "${kept.slice(0, 50)}"`, t => {
		t.is(redactText(kept), kept);
	});
}

const ALPHABET = [...'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'];
const secret = fc
	.array(fc.constantFrom(...ALPHABET), {minLength: 12, maxLength: 30})
	.map(letters => `${letters.join('')}7x`);
const name = fc
	.tuple(
		fc.constantFrom('', 'db_', 'my-', 'X-', 'edged.', 'PEER_'),
		fc.constantFrom(
			'password',
			'Password',
			'PASSWORD',
			'token',
			'secret',
			'api_key',
			'passphrase',
			'credentials',
		),
		fc.constantFrom('', '_2', '-old'),
	)
	.map(parts => parts.join(''));
type Write = (name: string, value: string) => string;
const form = fc.constantFrom<Write>(
	(n, v) => `${n}=${v}`,
	(n, v) => `${n} = "${v}"`,
	(n, v) => `${n}: '${v}'`,
	(n, v) => JSON.stringify({[n]: v, after: 1}),
	(n, v) => JSON.stringify({message: JSON.stringify({[n]: v})}),
	(n, v) => JSON.stringify({message: JSON.stringify({deep: JSON.stringify([{[n]: v}])})}),
	(n, v) => `POST /x?a=1&${n}=${v}&b=2`,
	(n, v) => `--${n} ${v}`,
	(n, v) => `[["${n}","${v}"]]`,
	(n, v) => `${n}: |\n  first\n  ${v}`,
	(n, v) => JSON.stringify({message: `x:\n  ${n}: >-\n    first\n    ${v}\ny: 1`}),
	(n, v) => `${n} → ${v}`,
	(n, v) => `${n} -> ${v}`,
);
const around = fc.string({maxLength: 60}).map(text => text.replaceAll(/["'`\\]/g, ' '));

test('a secret beside its name is found in any form, whatever stands around it', t => {
	fc.assert(
		fc.property(name, secret, form, around, around, (key, value, write, before, after) => {
			const text = `${before}\n${write(key, value)}\n${after}`;
			return !redactText(text).includes(value);
		}),
		{numRuns: 3000},
	);
	t.pass();
});

test('any text at all can be redacted, and twice is as good as once', t => {
	const piece = fc.oneof(
		fc.string({maxLength: 40, unit: 'binary'}),
		fc.constantFrom(
			...PLANTED.map(({text}) => text),
			'-----BEGIN X-----',
			'-----END X-----',
			'"',
			'\\',
			'\n',
		),
	);
	fc.assert(
		fc.property(fc.array(piece, {maxLength: 12}), pieces => {
			const clean = redactText(pieces.join(''));
			return !/-----BEGIN/.test(clean) && redactText(clean).length <= clean.length + 64;
		}),
		{numRuns: 1500},
	);
	t.pass();
});

test('ids, numbers and times go through in sentences of any make', t => {
	const word = fc.oneof(
		fc
			.stringMatching(/^[a-z][a-z0-9._-]{0,30}$/)
			.filter(text => !/pass|pwd|pw|signature|secret|cred|token|auth|cook|key|salt|jwt|bearer/.test(text)),
		fc.nat().map(String),
		fc.uuid(),
		fc.date({noInvalidDate: true, min: new Date(0), max: new Date(4e12)}).map(date => date.toISOString()),
		fc.stringMatching(/^[0-9a-f]{64}$/),
		fc.stringMatching(/^seg-[a-z2-7]{20}$/),
	);
	fc.assert(
		fc.property(fc.array(word, {minLength: 1, maxLength: 12}), words => {
			const text = words.join(' ');
			const json = JSON.stringify(Object.fromEntries(words.map((one, at) => [`field_${at}`, one])));
			return redactText(text) === text && redactText(json) === json;
		}),
		{numRuns: 1500},
	);
	t.pass();
});

test('what only looks like -u is no user with a password', t => {
	const text = 'a.-u 1970-01-01T00:00:00.000Z seg-2aa222a2a2aaa2aaa222';
	t.is(redactText(text), text);
});

for (const [what, text] of [
	['letters', 'a'.repeat(4e5)],
	['dots', 'a.'.repeat(2e5)],
	['schemes', 'http://'.repeat(6e4)],
	['names', 'password'.repeat(5e4)],
	['quotes', 'password="'.repeat(4e4)],
	['beginnings', '-----BEGIN X-----\n'.repeat(2e4)],
	['ends', 'QUJDREVGR0g=\n-----END X-----\n'.repeat(15e3)],
	['brackets', 'token=['.repeat(2e4)],
	['colons', 'a:b'.repeat(1e5)],
	['tokens', 'eyJ'.repeat(1e5)],
	['blocks', 'password: |\n  '.repeat(3e4)],
	['blocks in strings', '"password: |\\n  x'.repeat(2e4)],
	['blocks without an end', `${'password: |\n'.repeat(3e4)}${'x'.repeat(1e5)}`],
	['hooks', '/hooks/a1'.repeat(5e4)],
	['slack', 'hooks.slack.com/services/'.repeat(2e4)],
	['arrows', 'token->'.repeat(5e4)],
	['backslashes', `token=${'\\'.repeat(3e5)}"`],
] as const) {
	test(`a flood of ${what} takes no time`, t => {
		const start = performance.now();
		redactText(text);
		const took = performance.now() - start;
		t.true(took < 4000, `${Math.round(took)} ms`);
		t.log(`${Math.round(took)} ms`);
	});
}
