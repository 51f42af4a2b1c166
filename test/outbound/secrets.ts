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
test(
	'secrets leave the query of a URL, its other parameters stay',
	withoutCredentials,
	'https://hub/in?site=north&token=abc%3D&b=1#top',
	'https://hub/in?site=north&token=[redacted]&b=1#top',
);
test(
	'a path that a peer repeats tells no secret',
	withoutCredentials,
	'{"error":"Cannot POST /hook?key=abc\\"","x":"y"}',
	'{"error":"Cannot POST /hook?key=[redacted]\\"","x":"y"}',
);
test(
	'user and query together',
	withoutCredentials,
	'http://u:p@h/?sig=x',
	'http://[redacted]@h/?sig=[redacted]',
);
for (const name of [
	'token',
	'access_token',
	'key',
	'api-key',
	'X-Amz-Signature',
	'X-Amz-Security-Token',
	'sig',
	'code',
	'client_secret',
	'PASSWORD',
]) {
	test(
		`"?${name}=" is a secret`,
		withoutCredentials,
		`https://h/?${name}=s3&z=1`,
		`https://h/?${name}=[redacted]&z=1`,
	);
}
for (const text of [
	'https://h/?site=a&keys=2',
	'https://h/key=1',
	'token=abc',
	'https://h/?zipcode=1',
	'https://h/?token=',
	'https://h/hooks/deploy/edge',
	'https://h/webhook/north-site-telemetry-inbox',
	'https://h/services/telemetry/v1/ingest',
	'GET /robots/bot1:short with/key',
]) {
	test(`${JSON.stringify(text)} holds no secret`, withoutCredentials, text, text);
}
for (const text of ['https://hub/a@b', 'https://hub?mail=a@b', 'joe@example.org', 'unix:/run/a@b.sock', '']) {
	test(`${JSON.stringify(text)} stays as it is`, withoutCredentials, text, text);
}

for (const name of ['token', 'auth_token', 'authToken', 'Proxy-Authorization', 'set-cookie', 'private_key']) {
	test(`"${name}" names a secret`, t => t.true(isSecretName(name)));
}
for (const name of ['available_tokens', 'key_file', 'key', 'operator', 'segment_id']) {
	test(`"${name}" names no secret`, t => t.false(isSecretName(name)));
}

test(
	'what lets anybody post leaves the path of a webhook',
	withoutCredentials,
	'"url":"https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX","x":1',
	'"url":"https://hooks.slack.com/services/[redacted]","x":1',
);
test(
	'a made part of a webhook is a secret, what comes after the path stays',
	withoutCredentials,
	'POST https://discord.com/api/webhooks/123456789012345678/abcDEF123456_-ghi789?wait=true 404',
	'POST https://discord.com/api/webhooks/[redacted]?wait=true 404',
);
