import type {Config} from '../config/config.js';
import type {StoreSettings} from '../storage/handles.js';

/** A commit of settlements rewrites some forty pages, and its own freed pages serve the next but one: this is the room of twenty such. */
const BALLAST_BYTES = 4 * 1024 * 1024;
/** Slower than this no disk is that still works. */
const COMMIT_DEADLINE_MS = 30_000;

export const storeSettings = ({storage, relay}: Pick<Config, 'storage' | 'relay'>): StoreSettings => ({
	successCondition: relay.successCondition,
	diskCeilingBytes: storage.diskCeilingBytes,
	overflow: storage.overflow,
	maxSegmentBytes: storage.maxSegmentBytes,
	ackedRetentionMs: storage.ackedRetentionMs,
	orphanRetentionMs: storage.orphanRetentionMs,
	dedupWindowMs: storage.dedupWindowMs,
	dedupMaxEntries: storage.dedupMaxEntries,
	maxTrustedDowntimeMs: storage.maxTrustedDowntimeMs,
	ballastBytes: BALLAST_BYTES,
	commitDeadlineMs: COMMIT_DEADLINE_MS,
});
