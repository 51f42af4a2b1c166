import type {BlockNo, GroupNo, LeaseNo, PeerNo} from '../outbound/units.js';

/**
 * How the disk looks; read this before any other file of src/storage.
 *
 * database     key                                      value                        holds
 * blocks       blockNo                                  block-table.ts               every block with a live or still provable record; written once
 * payloads     [blockNo, chunkNo]                       up to 256 KiB                payload bytes, exactly while some record may need them
 * queue        [peerNo, class, blockNo]                 bitmap                       waiting records on the happy path
 * held         [peerNo, class, blockNo, groupNo]        -                            exactly the groups that an operator holds
 * groups       [peerNo, blockNo, groupNo]               group-row.ts                 records off the happy path that share one fate
 * due          [peerNo, class, dueAt, blockNo, groupNo] -                            exactly the groups that are failed or scheduled and not held
 * deadletters  [peerNo, diedAt, blockNo, groupNo]       -                            exactly the groups that are dead
 * leases       [peerNo, leaseNo]                        lease-row.ts                 the overlay: what is inflight
 * settled      [peerNo, blockNo]                        settled-row.ts               proof of delivery, block by block
 * spans        [peerNo, first blockNo]                  settled-row.ts               proof of delivery for whole blocks that one lease settled
 * acks         blockNo                                  acks-row.ts                  who has what of a block, where fewer peers than all of its route are enough
 * ids          segment id                               id-row.ts                    ids given by producers
 * origins      [store id, its blockNo / 64]             origin-row.ts                what other edged sent, and where it is here
 * timers       [at (age clock), kind, a, b]             -                            what the age clock brings about
 * meta         name, or [name, number]                  counters.ts, JSON            version, store id, allocators, counters, peers, settings, what thinned blocks still have
 *
 * Rows of all but blocks, payloads and the databases without values end with a checksum of key and row (row-seal.ts, table.ts).
 *
 * Invariant (invariant.ts): each (segment, peer) is in exactly one of queue, groups, settled or spans; leases only overlay
 * queue and groups; bitmaps of one peer and block are disjoint; a payload chunk exists iff a record of its block may still need
 * it or is retained as an orphan; of a thinned block the chunk holds exactly the entries of its bitmap, and all that is needed;
 * counters equal the popcounts.
 */
export const DATABASE_NAMES = [
	'blocks',
	'payloads',
	'queue',
	'held',
	'groups',
	'due',
	'deadletters',
	'leases',
	'settled',
	'spans',
	'acks',
	'ids',
	'origins',
	'timers',
	'meta',
] as const;
export type DatabaseName = (typeof DATABASE_NAMES)[number];

/** 2: rows carry a checksum. */
export const SCHEMA_VERSION = 2;

export const CHUNK_BYTES = 256 * 1024;
/** A block is cut at whichever of the two comes first. */
export const MAX_BLOCK_BYTES = 256 * 1024;
export const MAX_BLOCK_ENTRIES = 1024;
/** A payload above this has a block of its own. */
export const LARGE_PAYLOAD_BYTES = 64 * 1024;
/** A lease spans at most this many blocks: bounds the row and the memory when segments came one by one. */
export const MAX_LEASE_PARTS = 4096;
/** Block numbers that one span row may cover. */
export const SPAN_BLOCKS = 1024;
/** Foreign blocks that share one origins row. */
export const ORIGIN_BUCKET_BLOCKS = 64;

export type QueueKey = [PeerNo, number, BlockNo];
export type GroupKey = [PeerNo, BlockNo, GroupNo];
export type DueKey = [PeerNo, number, number, BlockNo, GroupNo];
export type HeldKey = [PeerNo, number, BlockNo, GroupNo];
export type DeadletterKey = [PeerNo, number, BlockNo, GroupNo];
export type LeaseKey = [PeerNo, LeaseNo];

/** What a timer brings about. The number is stored: append only. `a` and `b` complete the key. */
export const TIMER = {
	/** a = block: its least expiry has come. */
	expiry: 1,
	/** a = block, b = peer: a settled row may have outlived its retention. */
	proof: 2,
	/** a = first block, b = peer: a span row has outlived its retention. */
	spanProof: 3,
	/** a = block: payload kept after a purge may go. */
	orphan: 4,
	/** a = block: the ids its producers gave may be forgotten. */
	ids: 5,
	/** a = bucket, b = store id: an origins row may be forgotten. */
	origins: 6,
} as const;

/** Sorts behind every number in an array key. */
export const END = '\uffff';
