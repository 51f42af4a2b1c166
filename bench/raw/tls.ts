import {fork} from 'node:child_process';
import {once} from 'node:events';
import {connect, type TLSSocket} from 'node:tls';
import {fileURLToPath} from 'node:url';
import {makeCertificates} from '../../test/helpers/certificates.js';
import type {Bench, BenchContext, ReadyBench} from '../bench.js';

/** A byte stream over loopback with mutual TLS 1.3 and no protocol in it, to a receiver in a process of its own. */
const RAW_TLS = 'raw tls stream';

const RECEIVER = fileURLToPath(new URL('tls-receiver-process.js', import.meta.url));
const CHUNK = Buffer.alloc(64 * 1024, 7);

const setup = async ({directory, scale}: BenchContext): Promise<ReadyBench> => {
	const portion = (scale === 'quick' ? 1 : 1024) * 2 ** 20;
	const {authority, server, client} = await makeCertificates(directory);
	const receiver = fork(RECEIVER, [server.certFile, server.keyFile, authority.caFile, String(portion)]);
	const [port] = (await once(receiver, 'message')) as [number];
	const socket = connect({
		host: '127.0.0.1',
		port,
		servername: 'localhost',
		ca: authority.ca,
		cert: client.cert,
		key: client.key,
		minVersion: 'TLSv1.3',
	});
	await once(socket, 'secureConnect');
	return {
		pids: () => (receiver.pid === undefined ? [] : [receiver.pid]),
		async run() {
			const received = once(socket, 'data');
			await sendPortion(socket, portion);
			await received;
			return {operations: portion / 1e6};
		},
		async close() {
			socket.destroy();
			receiver.kill();
		},
	};
};

const sendPortion = async (socket: TLSSocket, portion: number): Promise<void> => {
	for (let sent = 0; sent < portion; sent += CHUNK.byteLength) {
		if (!socket.write(CHUNK)) {
			await once(socket, 'drain');
		}
	}
};

export const benches: readonly Bench[] = [{name: RAW_TLS, group: 'raw tls', unit: 'MB/s', setup}];
