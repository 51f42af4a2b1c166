/** Marks a primitive with what it means, so that a block number is never passed where an entry number belongs. */
export type Brand<Base, Name extends string> = Base & {readonly __brand: Name};

/** Wall-clock milliseconds since 1970; may jump in either direction. For display and time windows only. */
export type EpochMs = Brand<number, 'EpochMs'>;
/** Milliseconds since an arbitrary start of this process; never goes back. */
export type MonotonicMs = Brand<number, 'MonotonicMs'>;
/** Milliseconds on the store's persisted age clock, which no wall-clock jump moves (storage/age-clock.ts). */
export type AgeMs = Brand<number, 'AgeMs'>;

/** A peer's number in one store; never used twice. */
export type PeerNo = Brand<number, 'PeerNo'>;
/** A block's number in one store; rises with every block, gaps are normal. Below 2^50. */
export type BlockNo = Brand<number, 'BlockNo'>;
/** An entry's place in its block, 0-1023. */
export type EntryNo = Brand<number, 'EntryNo'>;
/** A group's number; rises, never used twice in one store. */
export type GroupNo = Brand<number, 'GroupNo'>;
/** A lease's number; rises, never used twice in one store. */
export type LeaseNo = Brand<number, 'LeaseNo'>;
