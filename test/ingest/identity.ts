import test from 'ava';
import {senderName} from '../../src/ingest/identity.js';

const names = test.macro(
	(t, subjectAltName: string | undefined, subject: string, expected: string | undefined) => {
		t.is(senderName({subjectAltName, subject}), expected);
	},
);

test('a sender goes by its URI', names, 'DNS:a, URI:edged://north, URI:other', 'CN=b', 'edged://north');
test('without a URI a sender goes by its common name', names, 'DNS:a', 'O=x\nCN=north', 'north');
test('without any alternative name a sender goes by its common name', names, undefined, 'CN=north', 'north');
test('two common names name nobody', names, undefined, 'CN=north\nCN=south', undefined);
test('an empty common name names nobody', names, undefined, 'CN=', undefined);
test('a certificate without a name names nobody', names, undefined, 'O=x', undefined);
// Node puts quotes around what could be mistaken for another name of the list.
test('a URI inside another name is none', names, 'DNS:"a, URI:edged://north"', 'CN=sly', 'sly');
test('a URI with a comma is read whole', names, 'URI:"edged://a, DNS:b"', 'CN=x', 'edged://a, DNS:b');
test('an IP address and an empty list name nobody', names, 'IP Address:127.0.0.1, DNS:', 'O=x', undefined);
