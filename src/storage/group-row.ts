import {DEADLETTER_REASONS, type DeadletterReason} from '../outbound/attempts.js';
import type {ClassNo} from '../outbound/priorities.js';
import type {AgeMs, EpochMs} from '../outbound/units.js';
import {readAttempts, type StoredAttempt, writeAttempts} from './attempts-row.js';
import type {Bits} from './bits.js';
import {DamagedRowError, RowReader} from './row-reader.js';
import {RowWriter} from './row-writer.js';

/**
 * A group: records of one block and peer that left the happy path together and share one fate.
 * u8 version (2 when it is or was held, else 1), u8 class, u8 state (0 failed, 1 scheduled, 2 dead), u8 reason, u16 charged failures, u16 abandons,
 * u48 dueAt (age clock, 0 = at once; of a dead one when it died, 0 = an earlier edged did not say), u48 diedAt (wall), u48 changed (wall), u32 restart that put it back (0 = none),
 * u8 flags (1 = no expiry, bits 1-3 suspicion, bits 4-7 crashes), in version 2 u48 held since and u48 how long it was held before (age clock), bitmap, attempts.
 */
export type GroupRow = {
	readonly bits: Bits;
	readonly classNo: ClassNo;
	/** Failures that used the retry budget since it was last reset. */
	readonly charged: number;
	/** Abandoned since the budget was last reset. */
	readonly abandons: number;
	readonly changedAt: EpochMs;
	/** Number of the restart that put it back, while it has not been leased since; else 0. */
	readonly putBackBy: number;
	/** An operator retried it: its lifetime bounds it no more. */
	readonly isExpiryWaived: boolean;
	/** An operator holds it since then; 0: nobody does. */
	readonly heldSince: AgeMs;
	/** How long it was held before: by so much its lifetime is longer. */
	readonly heldMs: number;
	/** It was being sent when the daemon crashed: see suspects.ts. 0 when absent. */
	readonly suspicion?: number;
	/** Own crashes of the daemon while it was being sent, alone. 0 when absent. */
	readonly crashes?: number;
	readonly attempts: readonly StoredAttempt[];
} & GroupFate;
/** A record that nobody ever held. */
export const NEVER_HELD = {heldSince: 0 as AgeMs, heldMs: 0} as const;

export const isHeld = ({heldSince}: Pick<GroupRow, 'heldSince'>): boolean => heldSince !== 0;

export type GroupFate =
	| {readonly state: 'failed' | 'scheduled'; readonly dueAt: AgeMs}
	| {
			readonly state: 'deadletter';
			readonly reason: DeadletterReason;
			readonly diedAt: EpochMs;
			/** When it died by the age clock; set where the group is made, and absent in rows of an earlier edged. */
			readonly diedAge?: AgeMs;
	  };

const PLAIN = 1;
const WITH_HOLD = 2;
const STATES = ['failed', 'scheduled', 'deadletter'] as const;
const U16_MAX = 0xffff;
const FLAG_NO_EXPIRY = 1;
/** What the row can count to: `relay.retry.max_abandons` is below it. */
const MAX_CRASHES = 15;

export const encodeGroup = (group: GroupRow): Buffer => {
	const dead = group.state === 'deadletter' ? group : undefined;
	const wasHeld = group.heldSince !== 0 || group.heldMs !== 0;
	const writer = new RowWriter(128)
		.u8(wasHeld ? WITH_HOLD : PLAIN)
		.u8(group.classNo)
		.u8(STATES.indexOf(group.state))
		.u8(dead === undefined ? 0 : DEADLETTER_REASONS.indexOf(dead.reason))
		.u16(Math.min(group.charged, U16_MAX))
		.u16(Math.min(group.abandons, U16_MAX))
		.u48(group.state === 'deadletter' ? (group.diedAge ?? 0) : group.dueAt)
		.u48(dead?.diedAt ?? 0)
		.u48(Math.max(0, Math.floor(group.changedAt)))
		.u32(group.putBackBy)
		.u8(flagsOf(group));
	if (wasHeld) {
		writer.u48(group.heldSince).u48(group.heldMs);
	}
	writer.bits(group.bits);
	writeAttempts(writer, group.attempts);
	return writer.done();
};

const flagsOf = ({isExpiryWaived, suspicion = 0, crashes = 0}: GroupRow): number =>
	(isExpiryWaived ? FLAG_NO_EXPIRY : 0) |
	(Math.min(suspicion, 7) << 1) |
	(Math.min(crashes, MAX_CRASHES) << 4);

const blame = (flags: number): Pick<GroupRow, 'suspicion' | 'crashes'> => ({
	...((flags & 0x0e) !== 0 && {suspicion: (flags >>> 1) & 7}),
	...(flags >>> 4 !== 0 && {crashes: flags >>> 4}),
});

/** Told by one byte, for who looks at many: what else is in the row is not read. */
export const isDeadRow = (bytes: Buffer): boolean => bytes[2] === STATES.indexOf('deadletter');

/** Throws for a damaged row, and for one of a later version. */
export const decodeGroup = (bytes: Buffer): GroupRow => {
	const reader = new RowReader(bytes);
	const version = reader.version(WITH_HOLD, 'group');
	const classNo = (reader.u8() & 3) as ClassNo;
	const state = STATES[reader.u8()];
	const reason = DEADLETTER_REASONS[reader.u8()];
	if (state === undefined || reason === undefined) {
		throw new DamagedRowError('group of unknown state or reason');
	}
	const charged = reader.u16();
	const abandons = reader.u16();
	const dueAt = reader.u48() as AgeMs;
	const diedAt = reader.u48() as EpochMs;
	const changedAt = reader.u48() as EpochMs;
	const putBackBy = reader.u32();
	const flags = reader.u8();
	const isExpiryWaived = (flags & FLAG_NO_EXPIRY) !== 0;
	const hold = version === WITH_HOLD ? {heldSince: reader.u48() as AgeMs, heldMs: reader.u48()} : NEVER_HELD;
	const bits = reader.bits();
	const attempts = readAttempts(reader);
	const common = {
		bits,
		classNo,
		charged,
		abandons,
		changedAt,
		putBackBy,
		isExpiryWaived,
		...hold,
		...blame(flags),
		attempts,
	};
	if (state !== 'deadletter') {
		return {...common, state, dueAt};
	}
	return {...common, state, reason, diedAt, ...(dueAt !== 0 && {diedAge: dueAt})};
};
