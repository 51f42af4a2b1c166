import type {IndexRange, Lease, LeasedPayloads, WireOverhead} from '../storage/store.js';

/** Carries leases to one peer. An instance serves one lane and may have several sends under way. */
export type Transport = {
	/**
	 * Sends every entry of `lease` and says what became of them. Never throws for what a network, a disk or a peer can do: that
	 * is an outcome. `signal` ends the send at once (outcome `unsent` or `broken`, as far as it had come).
	 */
	send(lease: Lease, payloads: LeasedPayloads, context: SendContext): Promise<SendOutcome>;
	/**
	 * What a probe that went well says. `peer`: the peer takes requests, so a request that broke may be its entries' fault.
	 * `link`: somebody answers there, no more; only an entry that is taken proves the peer well.
	 */
	readonly proves: 'peer' | 'link';
	/** What a lease comes to on the wire besides its payloads, at most; without it, the widest there is is taken. */
	readonly overhead?: WireOverhead;
	/** One small question that moves no segment: does the link carry and the peer answer? `wrote` is told of the bytes it takes. */
	probe(signal: AbortSignal, wrote?: (bytes: number) => void): Promise<ProbeOutcome>;
	/** Closes idle connections. Idempotent. */
	close(): Promise<void>;
};

export type SendContext = {
	readonly signal: AbortSignal;
	/**
	 * How many of the next `bytes` may leave now: all of them, at once, when nothing limits the lane; else a chunk of at most 16 KiB,
	 * when its turn has come. Rejects with the reason of `signal`, which is the send's unless another is given.
	 */
	pace(bytes: number, signal?: AbortSignal): number | Promise<number>;
	/** Told of bytes really written, framing and handshakes included, and how many of those that `pace` allowed they have used up. */
	wrote(bytes: number, paced: number): void;
};

/** A refusal or failure that concerns one entry, with the peer's or the transport's words. */
export type EntryTrouble = {
	readonly index: number;
	readonly message: string;
} & (
	| {readonly kind: 'rejected' | 'failed' | 'missing' | 'corrupt'}
	/** See `LeasedPayloads.read`: it was not sent, and nothing is wrong with it. */
	| {readonly kind: 'unneeded'}
	/**
	 * A transport that sends one request per entry: this entry's own request broke after its first byte had left (`http`: a 5xx
	 * too). It is a suspect that stands alone already; whether it is charged depends on whether the peer is proven well.
	 */
	| {readonly kind: 'broken'; readonly cause: 'reset' | 'timeout' | 'server_error'}
);

export type SendOutcome =
	/** The peer answered for the entries in `acked` and `troubles`; one in neither was not answered for and is released. */
	| {
			readonly kind: 'answered';
			readonly acked: readonly IndexRange[];
			readonly troubles: readonly EntryTrouble[];
			readonly bytesSent: number;
			/** What ended the send before every entry was answered for, when it is trouble of the link or the whole peer. */
			readonly endedBy?: LinkTrouble;
	  }
	/** Trouble of the link or the whole peer, seen before or instead of any answer (DNS, connect, TLS, 5xx, 429): nobody is charged. */
	| {
			readonly kind: 'link_down';
			readonly message: string;
			/** From `Retry-After`. */
			readonly retryAfterMs?: number;
			readonly bytesSent: number;
	  }
	/** The request broke after its first byte had left: every entry is a suspect. */
	| {
			readonly kind: 'broken';
			readonly message: string;
			readonly cause: 'reset' | 'timeout';
			readonly bytesSent: number;
	  }
	/** Ended by the signal before anything was known. */
	| {readonly kind: 'unsent'; readonly bytesSent: number};

export type ProbeOutcome = {readonly kind: 'well'} | ({readonly kind: 'down'} & LinkTrouble);

export type LinkTrouble = {
	readonly message: string;
	/** From `Retry-After`. */
	readonly retryAfterMs?: number;
};
