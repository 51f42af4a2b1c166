import {choice, field, seconds, wholeNumber} from './field.js';
import type {Section, SectionOf} from './section.js';

const fields = {
	/** Charged failures after which a record is buried as `MAX_RETRIES`. */
	maxRetryCount: field('max_retry_count', wholeNumber({min: 1, max: 10_000}), 8),
	/** Wait after the first charged failure; doubles with each. */
	backoffBaseMs: field('backoff_base_seconds', seconds({min: 0.001, max: 86_400}), 1),
	backoffMaxMs: field('backoff_max_seconds', seconds({min: 0.001, max: 86_400}), 300),
	/** `hold`: an outage charges nobody. `count`: every failure is charged to its segments. */
	outagePolicy: field('outage_policy', choice(['hold', 'count']), 'hold'),
	/** Crashes of the daemon that a record may be suspected of before it is buried as `CRASH_LOOP`. */
	maxAbandons: field('max_abandons', wholeNumber({min: 1, max: 14}), 5),
	/** How long a link must stay good before its backoff starts anew. */
	stableMs: field('stable_seconds', seconds({min: 0, max: 86_400}), 10),
} as const;

export type RetryConfig = SectionOf<typeof fields>;

export const retrySection: Section<typeof fields> = {
	fields,
	check: ({backoffBaseMs, backoffMaxMs}) =>
		backoffMaxMs >= backoffBaseMs
			? []
			: [
					{
						name: 'backoffMaxMs',
						message: `must not be below relay.retry.backoff_base_seconds (${fields.backoffBaseMs.toPlain(backoffBaseMs)})`,
					},
				],
};
