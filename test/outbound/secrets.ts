import test from 'ava';
import {isSecretName, withoutUrlCredentials} from '../../src/outbound/secrets.js';

const withoutCredentials = test.macro((t, text: string, expected: string) => {
	t.is(withoutUrlCredentials(text), expected);
});
test(
	'user and password leave a URL',
	withoutCredentials,
	'https://joe:pw@hub/v1',
	'https://[redacted]@hub/v1',
);
test('a lone user leaves a URL', withoutCredentials, 'https://joe@hub', 'https://[redacted]@hub');
test('every URL is cleaned', withoutCredentials, 'a://u@h b://u:p@h', 'a://[redacted]@h b://[redacted]@h');
test('an @ in the password ends nothing', withoutCredentials, 'http://u:a@b@hub/', 'http://[redacted]@hub/');
for (const text of ['https://hub/a@b', 'https://hub?mail=a@b', 'joe@example.org', 'unix:/run/a@b.sock', '']) {
	test(`${JSON.stringify(text)} stays as it is`, withoutCredentials, text, text);
}

for (const name of ['token', 'auth_token', 'authToken', 'Proxy-Authorization', 'set-cookie', 'private_key']) {
	test(`"${name}" names a secret`, t => t.true(isSecretName(name)));
}
for (const name of ['available_tokens', 'key_file', 'key', 'operator', 'segment_id']) {
	test(`"${name}" names no secret`, t => t.false(isSecretName(name)));
}
