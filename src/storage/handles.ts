import type {SuccessCondition} from '../config/relay.js';
import type {StoreId} from '../outbound/made-id.js';
import type {BlockNo, PeerNo} from '../outbound/units.js';
import type {Clock} from '../runtime/clock.js';
import type {AgeClock} from './age-clock.js';
import type {CounterRow} from './counters.js';
import type {DiskRoom} from './disk-room.js';
import type {Environment} from './environment.js';
import type {Eviction} from './evict.js';
import type {LaneOverlay} from './lane-overlay.js';
import type {Numbers} from './numbers.js';
import type {PeerRegistry} from './peer-registry.js';
import type {QuotaBook} from './quota-book.js';
import type {Place} from './read-watch.js';
import type {Shedding} from './shed.js';
import type {Thinning} from './thin.js';
import type {WaitingAges} from './waiting-ages.js';

export type StoreSettings = {
	/** Decides at each acknowledgement whether the segment's other peers still need it. */
	readonly successCondition: SuccessCondition;
	readonly diskCeilingBytes: number;
	/** At the ceiling, when what is only retained is gone: refuse the producer, or give up what has waited longest. */
	readonly overflow: 'reject' | 'evict_oldest';
	readonly maxSegmentBytes: number;
	/** 0 keeps no proof: a block goes with its last acknowledgement. */
	readonly ackedRetentionMs: number;
	readonly orphanRetentionMs: number;
	readonly dedupWindowMs: number;
	readonly dedupMaxEntries: number;
	readonly maxTrustedDowntimeMs: number;
	/** Of the file that is given up when the disk is full; 0 for none. */
	readonly ballastBytes: number;
	/** A commit that takes longer than this ends the daemon. */
	readonly commitDeadlineMs: number;
};

/**
 * Ends the daemon at once, after logging: what the store holds can no longer be trusted, and `process.exit` and `close()` of
 * lmdb are known to hang then. systemd starts it again and the start checks the environment.
 */
export type FailStop = (why: string, error: unknown) => void;

/** What every verb of the store works on. One object a store, passed whole. */
export type StoreHandles = {
	readonly env: Environment;
	readonly storeId: StoreId;
	/** Replaced by a reload: read them when they are needed, keep none. */
	settings: StoreSettings;
	readonly clock: Clock;
	readonly age: AgeClock;
	readonly numbers: Numbers;
	readonly peers: PeerRegistry;
	/** Of blocks from here on `acks` counts every acknowledgement (success-condition.ts). */
	readonly acksSince: BlockNo;
	/** Of older blocks, those before this one have been looked through for what enough peers had already (satisfy-late.ts). */
	satisfiedTo: BlockNo;
	/** Committed counters, by peer. */
	readonly counters: Map<PeerNo, CounterRow>;
	readonly overlays: Map<PeerNo, LaneOverlay>;
	/** How old is what waits; costs nothing until it is asked for. */
	readonly waitingAges: WaitingAges;
	readonly room: DiskRoom;
	readonly quota: QuotaBook;
	readonly thinning: Thinning;
	/** Where the next search for what is only retained goes on; nothing to begin with the oldest. */
	/** Rises with each move of records to another peer: a table that was read before may not say who has them now. */
	moves: number;
	readonly shedFrom: Map<Shedding, readonly number[]>;
	readonly failStop: FailStop;
	/** Puts right what hangs on a damaged row, as far as what is left of it allows; told to the log. */
	readonly mend: (place: Place) => Promise<void>;
	/** Told after each commit that gave up payloads to make room. */
	readonly onEvicted: (eviction: Eviction) => void;
	/** Tells the lanes that records of a peer may be due. */
	readonly announce: (peer: PeerNo) => void;
	/** Told of what each commit has changed in the counters; unset while nobody wants to know. */
	onCommitted: ((rows: ReadonlyMap<PeerNo, CounterRow>) => void) | undefined;
	/** Set when the store closes: no write is begun any more. */
	closed: boolean;
};
