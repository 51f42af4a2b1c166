import type {Key} from 'lmdb';

/** Names in `meta` that the write door itself keeps. */
export const META_CLOCK = 'clock';
export const META_NUMBERS = 'numbers';
export const META_COUNTERS = 'counters';
/** u32, how often the store was opened. */
export const META_STARTS = 'starts';
export const META_SCHEMA = 'schema';
export const META_STORE_ID = 'store';
/** JSON, the condition that `acks` is kept under and the first block that was made under it. */
export const META_SUCCESS = 'success';
/** ['peer', number] -> id, for every peer ever registered. */
export const META_PEER = 'peer';
/** ['thinned', block] -> bitmap: the entries that the block still has the payload of, where others were dropped in place. */
export const META_THINNED = 'thinned';
/** ['quota', peer, bucket] -> bytes that left for a peer, or for all (0), in five minutes (quota-rows.ts). */
export const META_QUOTA = 'quota';
/** JSON, where the blocks are that imports have made (imported-blocks.ts). */
export const META_IMPORTED = 'imported';
/** Before the key of a row that is kept twice. */
export const COPY = 'copy';

export const copyKey = (key: Key): Key => [COPY, ...(Array.isArray(key) ? key : [key])] as Key;
