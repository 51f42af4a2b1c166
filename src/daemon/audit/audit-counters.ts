import {OUTCOMES, type Outcome} from '../../outbound/audit-event.js';

/** Of the trail since the start, for metrics. */
export class AuditCounters {
	readonly lines: Record<Outcome, number> = {success: 0, failure: 0, denied: 0, pending: 0};
	/** Refusals that were counted and not written: the same again and again, or there was no room. */
	refusalsLost = 0;

	written(outcome: Outcome): void {
		this.lines[outcome]++;
	}

	get outcomes(): ReadonlyArray<readonly [Outcome, number]> {
		return OUTCOMES.map(outcome => [outcome, this.lines[outcome]] as const);
	}
}
