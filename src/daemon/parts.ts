import type {Config} from '../config/config.js';
import type {DeadletterDesk} from '../deadletter/desk.js';
import type {Replays} from '../deadletter/replays.js';
import type {Bandwidth} from '../delivery/bandwidth.js';
import type {Dispatcher} from '../delivery/dispatcher.js';
import type {MonotonicMs} from '../outbound/units.js';
import type {Clock} from '../runtime/clock.js';
import type {Logger} from '../runtime/logger.js';
import type {LmdbStore} from '../storage/lmdb-store.js';
import type {OutboundStore} from '../storage/store.js';
import type {AuditJournal} from './audit/audit-journal.js';
import type {Refusals} from './audit/refusals.js';
import type {ChangedByHand} from './control/changed-by-hand.js';
import type {EventHub} from './events/event-hub.js';
import type {ImportUpload} from './import-upload.js';
import type {Intake} from './intake.js';
import type {Peers} from './peers.js';
import type {Phase} from './phase.js';
import type {RollbackBook} from './rollback/rollback-book.js';
import type {StoreCheck} from './store-check.js';
import type {StoreHealth} from './store-health.js';

/** What the control plane works on. One object a daemon, passed whole. */
export type Parts = {
	/** In force now; what a reload could not apply is not in it. */
	readonly config: Config;
	readonly clock: Clock;
	/** For what operators did. */
	readonly logger: Logger;
	readonly store: OutboundStore & Pick<LmdbStore, 'damage' | 'waitingByAge'>;
	readonly storeHealth: StoreHealth;
	readonly storeCheck: StoreCheck;
	readonly peers: Peers;
	readonly dispatcher: Dispatcher;
	readonly bandwidth: Bandwidth;
	/** What subscribers are told. */
	readonly events: EventHub;
	/** What was done is there for good. */
	readonly audit: AuditJournal;
	/** What was refused, in bounds. */
	readonly refusals: Refusals;
	/** What was not understood, in bounds of its own: a broken client leaves room for the refusals of others. */
	readonly wrongCalls: Refusals;
	readonly intake: Intake;
	readonly phase: Phase;
	readonly version: string;
	readonly pid: number;
	readonly startedAt: MonotonicMs;
	readonly desk: DeadletterDesk;
	readonly replays: Replays;
	/** What operators did to waiting records, for the metrics. */
	readonly changedByHand: ChangedByHand;
	/** The payload that comes in pieces, to be imported. */
	readonly uploads: ImportUpload;
	/** What can be undone. */
	readonly rollbacks: RollbackBook;
	/** Something was buried, or may now be removed: looks at what follows from that. */
	buriedOrFreed(): void;
};
