import test from 'ava';
import type {PeerValues} from '../../src/config/peer-fields.js';
import {peerConfig, peerValues} from '../../src/config/peers.js';

const VALUES: PeerValues = {
	id: 'web' as PeerValues['id'],
	transport: 'http',
	url: 'https://web/hook',
	path: undefined,
	isDefault: true,
	caFile: '/ca',
	certFile: '/cert',
	keyFile: '/key',
	serverName: undefined,
	format: 'cloudevents',
	bytesPerSecond: 0,
	dailyQuotaBytes: 0,
};

test('a web endpoint has its format, and those certificates that are given', t => {
	t.like(peerConfig(VALUES, []), {
		transport: 'http',
		url: 'https://web/hook',
		format: 'cloudevents',
		tls: {caFile: '/ca', certFile: '/cert', keyFile: '/key'},
	});
	const {caFile, certFile, keyFile, ...bare} = VALUES;
	const none = {caFile: undefined, certFile: undefined, keyFile: undefined};
	const tlsOf = (files: object) => {
		const peer = peerConfig({...bare, ...none, ...files}, []);
		return peer.transport === 'http' && peer.tls;
	};
	t.deepEqual(tlsOf({}), {});
	t.deepEqual(tlsOf({caFile}), {caFile});
	t.deepEqual(tlsOf({certFile, keyFile}), {certFile, keyFile} as never);
});

test('a peer goes back to the keys it came from', t => {
	for (const transport of ['edged', 'http'] as const) {
		const {path: _, serverName: __, format, ...rest} = VALUES;
		const expected = {...rest, transport, windows: [], ...(transport === 'http' && {format})};
		t.deepEqual(peerValues(peerConfig({...VALUES, transport}, [])) as unknown, expected);
	}
	const stick = peerConfig({...VALUES, transport: 'directory', path: '/mnt'}, []);
	t.like(peerValues(stick), {transport: 'directory', path: '/mnt'});
	t.false('url' in peerValues(stick));
});
