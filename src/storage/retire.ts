import type {DeadletterReason} from '../outbound/attempts.js';
import type {PeerId} from '../outbound/names.js';
import type {AgeMs, BlockNo, GroupNo, PeerNo} from '../outbound/units.js';
import {atomically, put} from './atomically.js';
import {Bits} from './bits.js';
import {readBlock} from './blocks.js';
import type {RetireVerbs} from './deadletter-interface.js';
import {type DeadBits, purgeBits} from './deadletter-moves.js';
import {decodeGroup} from './group-row.js';
import type {StoreHandles} from './handles.js';
import {type DeadletterKey, END} from './layout.js';
import {readSetting, settingKey} from './named-settings.js';
import {isPayloadGone} from './release-block.js';

/** What is to go: deadletters that were dead longer than this, and the oldest of the others until so many bytes are gone. */
export type Retirement = {readonly olderThanMs?: number; readonly excessBytes?: number};

/** What went since the audit trail was told last: durable, so that no crash leaves it untold. */
export type Retired = {
	readonly aged: number;
	/** Not yet of age: there were too many bytes. */
	readonly crowded: number;
	/** Of payload, that they would have been retried with. */
	readonly bytes: number;
	readonly peers: Readonly<Record<PeerId, number>>;
	readonly reasons: Readonly<Partial<Record<DeadletterReason, number>>>;
};
export type RetireStep = {readonly records: number; readonly bytes: number; readonly done: boolean};

/** Deadletters looked at in one commit. */
const MAX_GROUPS = 256;
const NAME = 'deadletter.retired';
const NOTHING: Retired = {aged: 0, crowded: 0, bytes: 0, peers: {}, reasons: {}};

export const retireVerbs = (handles: StoreHandles): RetireVerbs => ({
	retire: retirement => retire(handles, retirement),
	deadBytes: cursor => deadBytes(handles, cursor),
	retired: () => readRetired(handles),
	forgetRetired: () => forgetRetired(handles),
});

const retire = async (handles: StoreHandles, retirement: Retirement): Promise<RetireStep> => {
	handles.env.root.resetReadTxn();
	const [first] = oldestDead(handles, 1);
	const {olderThanMs = Number.POSITIVE_INFINITY, excessBytes = 0} = retirement;
	const isAny =
		first !== undefined && (excessBytes > 0 || first.deadSince + olderThanMs <= handles.age.now());
	return isAny ? retireSome(handles, retirement) : {records: 0, bytes: 0, done: true};
};

const retireSome = (handles: StoreHandles, retirement: Retirement): Promise<RetireStep> =>
	atomically(handles, changes => {
		const now = handles.age.now();
		let excess = retirement.excessBytes ?? 0;
		let records = 0;
		let bytes = 0;
		let told = readRetired(handles) ?? NOTHING;
		const oldest = oldestDead(handles, MAX_GROUPS);
		for (const {dead, deadSince} of oldest) {
			const isOfAge = retirement.olderThanMs !== undefined && deadSince + retirement.olderThanMs <= now;
			const bits = isOfAge ? dead.bits : enough(dead, excess);
			if (bits.isEmpty()) {
				return finish(handles, {records, bytes, done: true}, told);
			}
			const freed = payloadBytes(dead, bits);
			excess -= freed;
			records += bits.count();
			bytes += freed;
			told = added(told, handles, {...dead, bits}, {isOfAge, freed});
			purgeBits(handles, {...dead, bits}, changes);
		}
		return finish(handles, {records, bytes, done: oldest.length < MAX_GROUPS}, told);
	});

const finish = (handles: StoreHandles, step: RetireStep, told: Retired): RetireStep => {
	if (step.records > 0) {
		put(handles.env.meta, settingKey(NAME), Buffer.from(JSON.stringify(told)));
	}
	return step;
};

const added = (
	told: Retired,
	{peers}: StoreHandles,
	{peer, row, bits}: DeadBits,
	{isOfAge, freed}: {readonly isOfAge: boolean; readonly freed: number},
): Retired => {
	const count = bits.count();
	const id = peers.all.find(({no}) => no === peer)?.id ?? ('?' as PeerId);
	return {
		aged: told.aged + (isOfAge ? count : 0),
		crowded: told.crowded + (isOfAge ? 0 : count),
		bytes: told.bytes + freed,
		peers: {...told.peers, [id]: (told.peers[id] ?? 0) + count},
		reasons: {...told.reasons, [row.reason]: (told.reasons[row.reason] ?? 0) + count},
	};
};

/** The first of them, as many as it takes. */
const enough = (dead: DeadBits, excess: number): Bits => {
	const first = Bits.empty(dead.bits.size);
	let left = excess;
	for (const entry of dead.bits) {
		if (left <= 0) {
			break;
		}
		first.add(entry);
		left -= payloadBytes(dead, Bits.of(dead.bits.size, entry));
	}
	return first;
};

const payloadBytes = ({table, row}: DeadBits, bits: Bits): number =>
	isPayloadGone(row) ? 0 : table.sizeOf(bits);

type Dead = {readonly dead: DeadBits; readonly deadSince: AgeMs};

/** Of all peers, the longest dead first; collected before anything is changed. */
const oldestDead = (handles: StoreHandles, limit: number): readonly Dead[] => {
	const wall = handles.clock.now();
	const walks = handles.peers.all
		// What died while the wall clock was ahead lies behind all others, and must not wait for that time to come.
		.flatMap(({no}) => [deadOf(handles, [no], [no, wall]), deadOf(handles, [no, wall], [no, END])])
		.map(walk => ({walk, head: walk.next().value as Dead | undefined}));
	const found: Dead[] = [];
	while (found.length < limit) {
		let first: (typeof walks)[number] | undefined;
		for (const walk of walks) {
			if (
				walk.head !== undefined &&
				(first?.head === undefined || walk.head.deadSince < first.head.deadSince)
			) {
				first = walk;
			}
		}
		if (first?.head === undefined) {
			break;
		}
		found.push(first.head);
		first.head = first.walk.next().value as Dead | undefined;
	}
	return found;
};

function* deadOf(
	handles: StoreHandles,
	start: readonly [PeerNo, number?],
	end: readonly [PeerNo, number | string],
): Generator<Dead> {
	const {env} = handles;
	for (const {key} of env.deadletters.getRange({start: [...start] as number[], end: [...end]})) {
		const [peer, , block, group] = key as [PeerNo, number, BlockNo, GroupNo];
		const value = env.groups.get([peer, block, group]);
		const row = value === undefined ? undefined : decodeGroup(value);
		const table = readBlock(handles, block);
		if (row?.state === 'deadletter' && table !== undefined) {
			yield {dead: {peer, table, group, row, bits: row.bits}, deadSince: deadSince(handles, row, table)};
		}
	}
}

/** Rows of an earlier edged do not say it by the age clock: as the wall clock has it then, yet no record is longer dead than it is old. */
const deadSince = (
	{age, clock}: StoreHandles,
	row: DeadBits['row'],
	{createdAge}: {readonly createdAge: AgeMs},
): AgeMs => row.diedAge ?? (Math.max(createdAge, age.now() - Math.max(0, clock.now() - row.diedAt)) as AgeMs);

const deadBytes = (
	handles: StoreHandles,
	cursor: string | undefined,
): {readonly bytes: number; readonly cursor: string | undefined} => {
	handles.env.root.resetReadTxn();
	const {env} = handles;
	const start = cursor === undefined ? [0] : [...(JSON.parse(cursor) as number[]), END];
	let bytes = 0;
	let last: DeadletterKey | undefined;
	let examined = 0;
	for (const {key} of env.deadletters.getRange({start, limit: COUNTED})) {
		const [peer, , block, group] = key as [PeerNo, number, BlockNo, GroupNo];
		const value = env.groups.get([peer, block, group]);
		const row = value === undefined ? undefined : decodeGroup(value);
		const table = readBlock(handles, block);
		if (row?.state === 'deadletter' && table !== undefined) {
			bytes += payloadBytes({peer, table, group, row, bits: row.bits}, row.bits);
		}
		last = key as DeadletterKey;
		examined++;
	}
	return {bytes, cursor: examined < COUNTED || last === undefined ? undefined : JSON.stringify(last)};
};

/** Deadletters counted in one step. */
const COUNTED = 500;

/** What is not told yet; `undefined` when all is. */
const readRetired = (handles: StoreHandles): Retired | undefined =>
	(readSetting(handles, NAME) as Retired | null | undefined) ?? undefined;

/** The audit trail knows of it. */
const forgetRetired = (handles: StoreHandles): Promise<void> =>
	atomically(handles, () => {
		put(handles.env.meta, settingKey(NAME), Buffer.from('null'));
	});
