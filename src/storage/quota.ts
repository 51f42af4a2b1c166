import type {PeerId} from '../outbound/names.js';
import type {ClassNo} from '../outbound/priorities.js';
import type {EpochMs, PeerNo} from '../outbound/units.js';
import type {Lease} from './store.js';

/** Bytes on the wire that peers may have in any 24 hours of the age clock. */
export type QuotaLimits = {
	/** What becomes of a record that does not fit: it waits until budget returns, or it is buried as `QUOTA`. */
	readonly policy: 'defer' | 'deadletter';
	/** The share of each quota that only `urgent` may use. */
	readonly reservePercent: number;
	/** 0 = unlimited. */
	readonly totalBytes: number;
	/** 0, or no entry = unlimited. */
	readonly peers: ReadonlyMap<PeerId, number>;
};

/** Of one peer, or of all together. */
export type QuotaUse = {
	/** In the last 24 hours, what open leases are charged included. */
	readonly usedBytes: number;
	/** How often a lane had to wait. */
	readonly deferCount: number;
	/** Records buried as `QUOTA`, those that were retried or purged since included. */
	readonly dropCount: number;
	/** When the quota is spent at the pace of the last hour; `undefined`: not within a day, or there is none. */
	readonly exhaustedAt: EpochMs | undefined;
	/** Of a quota that is spent: when some of it returns. */
	readonly returnsAt: EpochMs | undefined;
};

/** Why a lane waits for budget. */
export type QuotaWait = {
	/** Whose quota is in the way; of two the one that takes longer. */
	readonly limit: 'peer' | 'total';
	readonly classNo: ClassNo;
	/** What the next record takes. */
	readonly neededBytes: number;
	/** What its class may use of the quota, and what of it is kept for `urgent`. */
	readonly quotaBytes: number;
	readonly reservedBytes: number;
	readonly usedBytes: number;
	/** Until enough returns; `undefined`: when something that is being sent now is settled. */
	readonly inMs: number | undefined;
	/** The same on the wall clock. */
	readonly returnsAt: EpochMs | undefined;
};

/** The daily quotas: what was sent, and what may be. */
export type StoreQuota = {
	/** In force at once, for leases and for enqueues. */
	limit(limits: QuotaLimits): void;
	use(peer?: PeerId): QuotaUse;
	/** `undefined`: the last look for a lease of `peer` was not held up. */
	waitOf(peer: PeerNo): QuotaWait | undefined;
	/** The last look for a lease of `peer` found something, and no budget for it. */
	isHeldUp(peer: PeerNo): boolean;
	/** Records of `peer` that were buried as `QUOTA`, those that were retried or purged since included. */
	drops(peer: PeerNo): number;
	/**
	 * Milliseconds until some of a quota that binds `peer` returns, when so little is left that not even a probe is to be sent; else
	 * `undefined`.
	 */
	spentForMs(peer: PeerNo): number | undefined;
	/** Why a segment of `bytes` can never be sent to one of `peers`, in words; `undefined`: it can. */
	refusal(peers: readonly PeerNo[], classNo: ClassNo, bytes: number): string | undefined;
	/** More than `lease` was charged is about to leave. Durable when it resolves `true`; `false`: the quotas do not allow it. */
	chargeMore(lease: Lease, bytes: number): Promise<boolean>;
	/** Bytes left for `peer` that belong to no lease: a probe, a handshake. Durable when it resolves. */
	note(peer: PeerNo, bytes: number): Promise<void>;
};

/** How many bytes leave with a lease besides its payloads, at most. */
export type WireOverhead = {
	/** A request and its head. */
	readonly perLease: number;
	readonly perEntry: number;
	/** For each byte of an id, content type or label that travels. */
	readonly perMetadataByte: number;
};
