import type {Acts} from './act.js';
import {auditActs} from './acts/audit.js';
import {deadletterActs} from './acts/deadletter.js';
import {laneActs} from './acts/lanes.js';
import {recordActs} from './acts/records.js';
import {rollbackActs} from './acts/rollback.js';

/**
 * Every method by which an operator changes something, and how the audit trail tells of it: the one table behind
 * audited-backend.ts.
 *
 * To add a method: give it `effect: 'change'` in rpc/contract/methods.ts; then this file does not compile until the method has a row.
 * Put it into the file of its family in acts/ (or a new one, spread in here). A row needs `verb` (its function in the backend),
 * `event` (DESIGN section 8), `action`, `resourceType` and `resource`. The parameters and the plain values of the result become the
 * fields by themselves; `asked`, `before` and `came` are for what they do not say. `looksOnly`: this call changes nothing; one with `dry_run: true` never does.
 * `onFullDisk: 'goes on'` for what frees space or stops delivery; everything else is refused while the trail cannot be written. The
 * verb itself records nothing: it does its work, or throws its refusal. What the daemon does by itself, without a call, is recorded
 * with `parts.audit.begin`/`end`, or `note` (own-event.ts).
 */
export const acts: Acts = {
	...laneActs,
	...recordActs,
	...deadletterActs,
	...rollbackActs,
	...auditActs,
};
