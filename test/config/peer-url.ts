import test from 'ava';
import {unixSocketOf, webUrlProblem} from '../../src/config/peer-url.js';

for (const url of ['https://web/hook', 'http://web.example:8080/a?b=c', 'https://joe:pw@web/']) {
	test(`${url} is a web endpoint`, t => t.is(webUrlProblem(url), undefined));
}
for (const url of ['web/hook', 'ftp://web', 'https:web', 'https://', 'unix:/run/x']) {
	test(`${url} is no web endpoint`, t => {
		t.is(webUrlProblem(url), 'must be "https://HOST/PATH" or "http://HOST/PATH"');
	});
}

test('only a unix url has a socket', t => {
	t.is(unixSocketOf('unix:/run/x.sock'), '/run/x.sock');
	t.is(unixSocketOf('http://localhost'), undefined);
});
