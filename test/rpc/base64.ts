import test from 'ava';
import fc from 'fast-check';
import {decodeBase64} from '../../src/rpc/base64.js';
import {holds} from '../helpers/holds.js';

test('what was encoded decodes, padded or not, in either alphabet', t => {
	holds(
		fc.property(fc.uint8Array({maxLength: 100}), bytes => {
			const payload = Buffer.from(bytes);
			const padded = payload.toString('base64');
			t.deepEqual(decodeBase64(padded), payload);
			t.deepEqual(decodeBase64(padded.replaceAll('=', '')), payload);
			t.deepEqual(decodeBase64(payload.toString('base64url')), payload);
		}),
	);
});

for (const text of [
	'Q',
	'QQ=',
	'QQ===',
	'=',
	'==',
	'====',
	'QU=D',
	'QQ==QQ==',
	'QUJD\n',
	'Q UJ',
	'Q!JD',
	'őQJD',
	'QUJ\u0080',
]) {
	test(`${JSON.stringify(text)} is refused, not decoded as far as it goes`, t => {
		t.is(decodeBase64(text), undefined);
	});
}

test('one wrong character anywhere is found', t => {
	holds(
		fc.property(
			fc.uint8Array({minLength: 1, maxLength: 60}),
			fc.nat(),
			fc.constantFrom(' ', '\n', '!', '%', '\0', 'é', 'Ł', '😀'),
			(bytes, at, wrong) => {
				const digits = Buffer.from(bytes).toString('base64url');
				const place = at % digits.length;
				t.is(decodeBase64(digits.slice(0, place) + wrong + digits.slice(place + 1)), undefined);
			},
		),
	);
});
