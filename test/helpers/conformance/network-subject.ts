import type {TlsFiles} from '../../../src/config/peers.js';
import type {Transport} from '../../../src/delivery/transport.js';
import {certificates} from '../certificates.js';
import {FakeClock} from '../fake-clock.js';
import type {Teardown} from '../temp-dir.js';
import type {Stage, Subject} from './subject.js';
import {type Dialect, startTlsPeer} from './tls-peer.js';

type Opening = {readonly url: string; readonly tls: TlsFiles; readonly clock: FakeClock};

/** A transport that speaks HTTP over mutual TLS, and peers that know its dialect. */
export const networkSubject = (
	name: string,
	dialect: Dialect,
	openTransport: (t: Teardown, opening: Opening) => Transport,
	exempt: Subject['exempt'],
): Subject => ({
	name,
	exempt,
	async open(t, manners = {}, papers = async () => ({})): Promise<Stage> {
		const files = await certificates();
		const {peer: peerPapers, own = files.client} = await papers(files);
		const {peer, url} = await startTlsPeer(t, dialect, manners, peerPapers);
		const {certFile, keyFile} = own;
		const clock = new FakeClock();
		return {
			transport: openTransport(t, {url, tls: {caFile: files.authority.caFile, certFile, keyFile}, clock}),
			clock,
			stored: async () => Object.fromEntries([...peer.stored].map(([id, bytes]) => [id, String(bytes)])),
			requests: () => peer.requests,
			connections: () => peer.connections,
			closeIdle: () => peer.closeIdle(),
			goAway: () => peer.goAway(),
		};
	},
});
