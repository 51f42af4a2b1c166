/** What one may subscribe to. A gap is told to whoever has missed something. */
export const EVENT_KINDS = ['records', 'link', 'change', 'deadletter', 'storage'] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** Ids in one `records` event: some of those that moved, for a look. */
export const MAX_EVENT_IDS = 8;
