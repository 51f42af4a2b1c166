import {type PrunePlan, planPrune, removeFiles} from '../../audit/trail/prune.js';
import type {EpochMs} from '../../outbound/units.js';
import {Background} from '../../runtime/background.js';
import type {Clock} from '../../runtime/clock.js';
import type {Logger} from '../../runtime/logger.js';
import {prunedFields} from './acts/audit.js';
import type {AuditJournal} from './audit-journal.js';
import {ownEvent} from './own-event.js';

export type RetentionOptions = {
	readonly journal: AuditJournal;
	readonly clock: Clock;
	readonly logger: Pick<Logger, 'info' | 'error'>;
	/** `audit.retention_days`. */
	readonly keptMs: number;
};

const LOOK_EVERY_MS = 3_600_000;

/**
 * Removes days of the trail that are older than configured, and says so in it. Looks every hour, and removes what was too old
 * an hour ago already: a clock that jumps ahead and is set right again costs nothing.
 */
export class Retention {
	readonly #options: RetentionOptions;
	readonly #background: Background;
	#cancel: (() => void) | undefined;
	/** Too old at the last look. */
	#tooOld: ReadonlySet<string> = new Set();

	constructor(options: RetentionOptions) {
		this.#options = options;
		this.#background = new Background(err => options.logger.error({err}, 'old days of the audit trail stay'));
	}

	start(): void {
		this.#background.run(() => this.look());
		this.#cancel = this.#options.clock.after(LOOK_EVERY_MS, () => this.start());
	}

	async stop(): Promise<void> {
		this.#cancel?.();
		await this.#background.finished();
	}

	/** One look; resolves when what is too old is gone. */
	async look(): Promise<void> {
		const {journal, clock, keptMs, logger} = this.#options;
		const {directory} = journal;
		const isTooOld = (name: string) => this.#tooOld.has(name);
		const plan = await planPrune(directory, (clock.now() - keptMs) as EpochMs, isTooOld);
		this.#tooOld = new Set((await planPrune(directory, (clock.now() - keptMs) as EpochMs)).files);
		if (plan.files.length === 0) {
			return;
		}
		const event = this.#event(plan);
		const begun = await journal.begin({...event, outcome: 'pending'}, 'goes on');
		await removeFiles(directory, plan.files);
		await journal.end(begun, event);
		logger.info(event.fields, 'old days of the audit trail were removed');
	}

	#event(plan: PrunePlan) {
		const {journal, clock, keptMs} = this.#options;
		return ownEvent(clock, {
			event_name: 'audit.pruned',
			action: 'prune',
			resource_type: 'audit_trail',
			resource: journal.directory,
			fields: {older_than_days: keptMs / 86_400_000, ...prunedFields(plan)},
		});
	}
}
