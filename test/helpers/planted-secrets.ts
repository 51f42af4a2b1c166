/** A secret, and what of it must be nowhere afterwards. */
export type Planted = {readonly text: string; readonly mustGo: readonly string[]};

const BODY = [
	'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj',
	'MzEfYyjiWA4R4/M2bS1GB4t7NXp98C3SC6dVMvDuictGeurT8jNbvJZHtCSuYEvu',
	'NMoSfm76oqFvAp8Gy0iz5sxjZmSnXyCdPEovGhLa0VzMaQ8s',
];
const pem = (newline: string, kind = 'PRIVATE KEY'): string =>
	[`-----BEGIN ${kind}-----`, ...BODY, `-----END ${kind}-----`].join(newline);
const gone = ['BEGIN', ...BODY];
const jwt =
	'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U';

/** Everything that must not leave the device, in the forms in which configurations, labels, errors and logs hold it. */
export const PLANTED: readonly Planted[] = [
	{text: 'curl -u admin:pl4ntedUser https://hub.example.net', mustGo: ['pl4ntedUser']},
	{text: 'curl --proxy-user "admin:pl4ntedProxy" https://hub', mustGo: ['pl4ntedProxy']},
	{text: '{"labels":{"note":"pw=pl4ntedPw"}}', mustGo: ['pl4ntedPw']},
	{text: 'X-Amz-Signature=pl4ntedSignature', mustGo: ['pl4ntedSignature']},
	...[
		'password = "hunter2plant"',
		"password='hunter2plant'",
		'password: hunter2plant',
		'"password":"hunter2plant"',
		'{\\"password\\":\\"hunter2plant\\"}',
		'{\\\\\\"password\\\\\\": \\\\\\"hunter2plant\\\\\\"}',
		'db_password_2 = """\nhunter2plant\n"""',
		'DB_PASSWD=hunter2plant',
		'--password hunter2plant',
		'--password=hunter2plant',
		'the password is hunter2plant',
		'api_token: "abc \\" hunter2plant"',
		'apiKey=hunter2plant;x=1',
		'X-Api-Key: hunter2plant',
		'client-secret => hunter2plant',
		'secrets = ["a", "hunter2plant"]',
		'credentials = {user = "u", pass = "hunter2plant"}',
		'<password>hunter2plant</password>',
		'["authorization","Bearer hunter2plant"]',
		'Authorization: Bearer hunter2plant',
		'Authorization: Digest username="x", response=hunter2plant',
		'proxy-authorization: Basic aHVudGVyMnBsYW50hunter2plant',
		'Cookie: a=1; sid=hunter2plant',
		'got Bearer hunter2plant from it',
		'https://user:hunter2plant@hub.example.net:7443/x',
		'https:\\/\\/user:hunter2plant@hub.example.net\\/x',
		'https://user:slash/hunter2plant@hub.example.net/x',
		'https://hunter2plant@hub.example.net',
		'unix+http://u:p%40hunter2plant@h/',
		'/callback?next=https%3A%2F%2Fu%3Ahunter2plant%40h',
		'amqp user:hunter2plant@broker said no',
		'POST /hook?token=hunter2plant HTTP/1.1',
		'GET /x?a=1&sig=hunter2plant&b=2',
		'/x?X-Amz-Signature=hunter2plant',
		'key = "hunter2plant"',
		'encryption_key: hunter2plant',
		'export AWS_SECRET_ACCESS_KEY=hunter2plant',
		'password: |\n  hunter2plant\n',
		'password: |\n  line one\n\n    hunter2plant\nuser: u',
		'peers:\n  - name: hub\n    passphrase: >-\n      a b\n      hunter2plant\n    url: x',
		'- password: |2+ # as given\n      x\n    hunter2plant',
		'  "api_token": >\r\n    x\r\n    hunter2plant\r\n  other: 1',
		'{"msg":"read\\npassword: |\\n  x\\n  hunter2plant\\nuser: u"}',
		'Nov 24 edge[7]: config password: |-\n  hunter2plant',
		'passphrase → hunter2plant',
		'token -> hunter2plant',
		'secret->hunter2plant',
		'api_key --> "hunter2plant"',
		'https://hooks.slack.com/services/T00000000/B00000000/hunter2plant',
		'"https:\\/\\/hooks.slack.com\\/services\\/T00000000\\/B00000000\\/hunter2plant"',
		'Cannot POST /services/T0A1B2C3D/B0A1B2C3D/hunter2plant',
		'https://hooks.slack.com/workflows/T00000000/A00000000/123/hunter2plant?x=1',
		'https://discord.com/api/webhooks/1234567890123456789/hunter2plant-0123456789_abcdefgh',
		'https://x.webhook.office.com/webhookb2/1b4e28ba-2fa1-11d2-883f-b9a761bde3fb@0/IncomingWebhook/hunter2plant/0',
		'https://chat.example.net/hooks/hunter2plant4w3kq5x7y9z1a3b5c',
		'https://hooks.zapier.com/hooks/catch/1234567890/hunter2plant00a1b2c3',
		'https://api.telegram.org/bot123456789:hunter2plant/sendMessage',
		'https://maker.ifttt.com/trigger/down/with/key/hunter2plant',
	].map(text => ({text, mustGo: ['hunter2plant']})),
	{text: `token ${jwt} refused`, mustGo: [jwt, jwt.split('.')[1] ?? '', jwt.split('.')[2] ?? '']},
	{text: 'used AKIAIOSFODNN7EXAMPLE and more', mustGo: ['AKIAIOSFODNN7EXAMPLE']},
	{
		text: 'aws wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY x',
		mustGo: ['wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'],
	},
	{text: 'ghp_16C7e42F292c6912E7710c838347Ae178B4a', mustGo: ['ghp_16C7e42F292c6912E7710c838347Ae178B4a']},
	{text: pem('\n'), mustGo: gone},
	{text: pem('\r\n', 'RSA PRIVATE KEY'), mustGo: gone},
	{text: `{"msg":"${pem('\\n', 'EC PRIVATE KEY')}"}`, mustGo: gone},
	{text: `{"msg":"{\\"pem\\":\\"${pem('\\\\n')}\\"}"}`, mustGo: gone},
	{
		text: pem('\n')
			.split('\n')
			.map(line => `Nov 24 00:00:01 edge edged[7]: ${line}`)
			.join('\n'),
		mustGo: gone,
	},
	{
		text: pem('\n')
			.split('\n')
			.map((line, at) => `{"level":"info","line":${at},"msg":"${line}"}`)
			.join('\n'),
		mustGo: gone,
	},
	{text: pem('\n').split('\n').slice(0, -1).join('\n'), mustGo: gone},
	{text: pem('\n').split('\n').slice(1).join('\n'), mustGo: BODY},
];
