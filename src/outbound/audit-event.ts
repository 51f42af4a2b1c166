/** Words that the reference system uses; edged itself writes `relay`, `auth`, `system` and `rollback`. */
export const CATEGORIES = ['rollout', 'ha', 'relay', 'cert', 'auth', 'system', 'rollback'] as const;
/** `pending`: edged ended while it was done, so nobody knows whether it was. */
export const OUTCOMES = ['success', 'failure', 'denied', 'pending'] as const;
/** `cli`: it came in by a control socket. `edge`: the daemon itself. */
export const SOURCES = ['orchestrator', 'edge', 'cli'] as const;

export type Category = (typeof CATEGORIES)[number];
export type Outcome = (typeof OUTCOMES)[number];
export type Source = (typeof SOURCES)[number];
export type Fields = Readonly<Record<string, unknown>>;

/** What happened, under the names of the reference system. A line of the trail has it with its place in the chain (src/audit/line.ts). */
export type AuditEvent = {
	readonly event_name: string;
	readonly category: Category;
	readonly action: string;
	readonly outcome: Outcome;
	/** Who says to have done it, else `uid:N`; the daemon itself is `edged`. What the kernel says of the caller is in `fields`. */
	readonly actor: string;
	readonly resource_type: string;
	readonly resource: string;
	readonly source: Source;
	/** RFC 3339, UTC, milliseconds, by the wall clock: the order is that of the lines. */
	readonly timestamp: string;
	readonly fields: Fields;
	/** Numbers what was noted in the store before it was done; nothing else has one. */
	readonly act?: number | undefined;
};
