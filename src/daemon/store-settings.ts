import type {Config} from '../config/config.js';
import type {StoreSettings} from '../storage/handles.js';

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
	commitDeadlineMs: COMMIT_DEADLINE_MS,
});
