import test from 'ava';
import {unixSocketOf, webUrlProblem} from '../../src/config/peer-url.js';

for (const url of ['https://web/hook', 'http://web.example:8080/a?b=c', 'https://joe:pw@web/']) {
	test(`${url} is a web endpoint`, t => t.is(webUrlProblem(url), undefined));
}
for (const url of ['web/hook', 'ftp://web', 'https:web', 'https://', 'unix:/run/x', 'https://web/#part']) {
	test(`${url} is no web endpoint`, t => {
		t.is(webUrlProblem(url), 'must be "https://[USER:PASSWORD@]HOST[:PORT]/PATH" or the same with http://');
	});
}

test('a user and a password of a web endpoint must be such that a header can carry them', t => {
	t.is(webUrlProblem('https://joe:p%40ss%3Aword@web/'), undefined);
	t.is(webUrlProblem('https://:pw@web/'), undefined);
	t.is(webUrlProblem('https://joe:100%@web/'), 'must have user and password percent-encoded (RFC 3986)');
	t.is(webUrlProblem('https://a%3Ab:pw@web/'), 'must name a user without a colon: a password begins there');
});

test('only a unix url has a socket', t => {
	t.is(unixSocketOf('unix:/run/x.sock'), '/run/x.sock');
	t.is(unixSocketOf('http://localhost'), undefined);
});
