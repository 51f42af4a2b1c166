import {readFileSync} from 'node:fs';
import type {AddressInfo} from 'node:net';
import {createServer} from 'node:tls';

/** Takes bytes over mutual TLS 1.3 and throws them away; answers one byte whenever `argv[5]` bytes more have come. */
const [, , certFile = '', keyFile = '', caFile = '', portion = '0'] = process.argv;

const server = createServer(
	{
		cert: readFileSync(certFile),
		key: readFileSync(keyFile),
		ca: readFileSync(caFile),
		requestCert: true,
		rejectUnauthorized: true,
		minVersion: 'TLSv1.3',
	},
	socket => {
		let missing = Number(portion);
		socket.on('data', (bytes: Buffer) => {
			missing -= bytes.byteLength;
			while (missing <= 0) {
				missing += Number(portion);
				socket.write('.');
			}
		});
		socket.on('error', () => {});
	},
);
server.listen(0, '127.0.0.1', () => {
	process.send?.((server.address() as AddressInfo).port);
});
process.on('disconnect', () => process.exit());
