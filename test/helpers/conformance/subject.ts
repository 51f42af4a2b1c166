import type {ExecutionContext} from 'ava';
import type {Transport} from '../../../src/delivery/transport.js';
import type {Certificates, KeyPair} from '../certificates.js';
import type {FakeClock} from '../fake-clock.js';
import type {Manners} from './manners.js';

/** A transport under test. */
export type Subject = {
	readonly name: string;
	/** A peer that behaves as told, and a transport towards it. */
	open(t: ExecutionContext, manners?: Manners, papers?: Papers): Promise<Stage>;
	/** Cases that mean nothing here, by title, and why. */
	readonly exempt: Readonly<Record<string, string>>;
};

export type Stage = {
	readonly transport: Transport;
	/** The transport's. It stands still. */
	readonly clock: FakeClock;
	/** What the peer has, each segment once: text by id. */
	stored(): Promise<Readonly<Record<string, string>>>;
	/** Requests that arrived whole, probes not among them. */
	readonly requests: () => number;
	readonly connections: () => number;
	/** The peer closes the connections on which it waits for a request, and they are seen to be closed. */
	closeIdle(): Promise<void>;
	/** Nobody listens at the peer's address any more. */
	goAway(): Promise<void>;
};

/** Who shows what in the handshake; what is absent is as it should be. */
export type Papers = (files: Certificates) => Promise<{readonly peer?: KeyPair; readonly own?: KeyPair}>;

export type Case = {
	readonly title: string;
	run(t: ExecutionContext, subject: Subject): Promise<void>;
};
