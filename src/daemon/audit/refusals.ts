import type {AuditEvent} from '../../outbound/audit-event.js';
import type {Clock} from '../../runtime/clock.js';
import type {AuditJournal, OpenAct} from './audit-journal.js';
import {ownEvent} from './own-event.js';

/** How many are written in one span. */
export type RefusalBounds = {
	/** Of one event by one caller with one code. */
	readonly alike: number;
	readonly inAll: number;
};

/** Of those that were understood. At most some 15 MB a day. */
const UNDERSTOOD: RefusalBounds = {alike: 10, inAll: 100};
const SPAN_MS = 10 * 60_000;
/** Kinds that are counted apart. */
const MOST_KINDS = 50;
const OTHERS = 'others';

/**
 * Records what was refused, but not without end: nobody shall be able to fill the disk with calls that do nothing. What is left out is
 * counted by kind, and the counts are in the trail at the end of the span.
 */
export class Refusals {
	readonly #journal: AuditJournal;
	readonly #clock: Clock;
	readonly #most: RefusalBounds;
	readonly #written = new Map<string, number>();
	readonly #leftOut = new Map<string, number>();
	#inAll = 0;
	#cancel: (() => void) | undefined;

	constructor(journal: AuditJournal, clock: Clock, most = UNDERSTOOD) {
		this.#journal = journal;
		this.#clock = clock;
		this.#most = most;
	}

	/** `begun`: what was noted in the store before it was refused. Never rejects. */
	async tell(event: AuditEvent, begun?: OpenAct): Promise<void> {
		this.#cancel ??= this.#clock.after(SPAN_MS, () => void this.endSpan());
		const kind = kindOf(event);
		const alike = this.#written.get(kind) ?? 0;
		if (alike >= this.#most.alike || this.#inAll >= this.#most.inAll) {
			const counted = this.#leftOut.has(kind) || this.#leftOut.size < MOST_KINDS ? kind : OTHERS;
			this.#leftOut.set(counted, (this.#leftOut.get(counted) ?? 0) + 1);
			this.#journal.counters.refusalsLost++;
			this.#journal.forget(begun);
			return;
		}
		this.#written.set(kind, alike + 1);
		this.#inAll++;
		await (begun === undefined ? this.#journal.noteRefusal(event) : this.#journal.end(begun, event));
	}

	/** Tells what was left out since the last time. To be called before the last words of a run too. */
	async endSpan(): Promise<void> {
		this.#cancel?.();
		this.#cancel = undefined;
		const counts = Object.fromEntries(this.#leftOut);
		this.#written.clear();
		this.#leftOut.clear();
		this.#inAll = 0;
		if (Object.keys(counts).length > 0) {
			await this.#journal.noteRefusal(
				ownEvent(this.#clock, {
					event_name: 'audit.refusals.left_out',
					action: 'count',
					resource_type: 'audit_trail',
					resource: this.#journal.directory,
					fields: {counts, note: 'refused again and again within 10 minutes: only counted'},
				}),
			);
		}
	}
}

/** By the kernel's word for the caller: what he claims to be he can change each time. */
const kindOf = ({event_name: event, fields}: AuditEvent): string => {
	const {code, peer_uid: uid} = fields;
	return [event, code, ...(uid === undefined ? [] : [`uid:${uid}`])].join(' ');
};
