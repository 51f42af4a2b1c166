import {Bits} from './bits.js';
import type {OpenLease, OpenPart} from './open-lease.js';
import type {ExceptionVerdict, Settlement} from './store.js';

/** A settlement sorted by the parts of its lease. */
export type PartSettlement = {
	readonly acked: Bits;
	/** Entries with one fate, together: they become one group. */
	readonly exceptions: readonly PartException[];
};
export type PartException = {
	readonly verdict: ExceptionVerdict;
	readonly bits: Bits;
	readonly whole: boolean;
};

const NONE: readonly PartException[] = [];

/** Throws when an index is out of range or named twice: a bug of the caller, never of a peer. */
export const settlementByPart = (lease: OpenLease, settlement: Settlement): readonly PartSettlement[] => {
	const acked = ackedByPart(lease, settlement.acked);
	if (settlement.exceptions.length === 0) {
		return acked.map(bits => ({acked: bits, exceptions: NONE}));
	}
	const exceptions = new Map<number, Map<string, PartException>>();
	for (const verdict of settlement.exceptions) {
		const {at, entry} = lease.find(verdict.index);
		const {part, table} = lease.parts[at] as OpenPart;
		const fates = exceptions.get(at) ?? new Map<string, PartException>();
		exceptions.set(at, fates);
		const isAcked = settlement.acked !== 'all' && acked[at]?.has(entry);
		if (isAcked || [...fates.values()].some(({bits}) => bits.has(entry))) {
			throw new Error(`entry ${verdict.index} is settled twice`);
		}
		const whole = verdict.bytesSent >= table.payloadBytesOf(entry);
		const key = fateKey(verdict, whole);
		const fate = fates.get(key) ?? {verdict, whole, bits: Bits.empty(part.bits.size)};
		fate.bits.add(entry);
		fates.set(key, fate);
	}
	return acked.map((bits, at) => {
		const fates = [...(exceptions.get(at)?.values() ?? NONE)];
		const rest =
			settlement.acked === 'all' ? fates.reduce((sum, fate) => sum.without(fate.bits), bits) : bits;
		return {acked: rest, exceptions: fates};
	});
};

const fateKey = (verdict: ExceptionVerdict, whole: boolean): string => {
	const retry = verdict.event === 'fail' ? verdict.retryInMs : '';
	return `${verdict.event} ${verdict.outcome} ${retry} ${whole ? 'whole' : verdict.bytesSent} ${verdict.error}`;
};

const ackedByPart = (lease: OpenLease, acked: Settlement['acked']): Bits[] => {
	const byPart = lease.parts.map(({part}) => (acked === 'all' ? part.bits : undefined));
	if (acked !== 'all') {
		for (const [first, last] of acked) {
			markRange(lease, byPart, first, last);
		}
	}
	return byPart.map((bits, at) => bits ?? Bits.empty(lease.parts[at]?.part.bits.size ?? 0));
};

const markRange = (lease: OpenLease, byPart: (Bits | undefined)[], first: number, last: number): void => {
	lease.find(first);
	lease.find(last);
	if (first > last) {
		throw new RangeError(`entries ${first}-${last} are no range`);
	}
	for (let at = lease.partOf(first); at <= lease.partOf(last); at++) {
		const {part} = lease.parts[at] as OpenPart;
		const start = lease.starts[at] ?? 0;
		const end = start + part.bits.count() - 1;
		if (byPart[at] === undefined && first <= start && end <= last) {
			byPart[at] = part.bits;
		} else {
			const bits = byPart[at] ?? Bits.empty(part.bits.size);
			for (let index = Math.max(first, start); index <= Math.min(last, end); index++) {
				const {entry} = lease.find(index);
				if (bits.has(entry)) {
					throw new Error(`entry ${index} is acknowledged twice`);
				}
				bits.add(entry);
			}
			byPart[at] = bits;
		}
	}
};
