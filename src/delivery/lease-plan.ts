import type {ClassNo} from '../outbound/priorities.js';
import type {LeaseWindow, ServiceOrder} from '../storage/store.js';
import type {Delivery} from './delivery.js';
import {isApart, mayServeOthers, type SuspectSet, type Suspicion} from './suspects.js';

/** Large enough that the round trip and the two commits of a lease do not count, small enough to be sent again without regret. */
const MOST_BYTES = 1024 * 1024;
const MOST_ENTRIES = 4096;
/** With a rate limit a lease holds about what may leave in so long: an urgent segment waits for no more. */
const SECONDS_OF_RATE = 2;
/** What is sent to see whether the peer takes anything: soon answered, and no loss when it breaks. */
const WITNESS_BYTES = 65_536;
const WITNESS_ENTRIES = 16;

export type LanePlan = {
	readonly window: LeaseWindow;
	/** Whose part it is; `undefined` for what is not suspected. */
	readonly suspects: SuspectSet | undefined;
};

export type LaneView = {
	readonly suspicion: Suspicion;
	/** Leased and not settled. */
	readonly open: ReadonlySet<Pick<Delivery, 'lease' | 'isAside' | 'suspects' | 'isAlmostSent'>>;
	/** Leases that may be open at a time. */
	readonly mostOpen: number;
	/** Something waits for what others say of the peer. */
	readonly isWaiting: boolean;
	/** Bytes per second, `Infinity` when unlimited. */
	readonly rate: number;
	readonly outagePolicy: 'hold' | 'count';
	readonly order: ServiceOrder;
};

/**
 * What may be leased now, in the order in which it is to be tried; nothing while too much is under way. Suspects are sent one part at
 * a time, beside the rest of the queue; alone, when the peer went down with them. While something waits for a witness one lease is
 * sent at a time, and what is not suspected goes first. At a low rate only what is more urgent is sent beside a lease of which much
 * is left: more of its kind would share its rate, and keep the slot from an urgent segment that comes meanwhile.
 */
export const planLeases = ({
	suspicion,
	open,
	mostOpen,
	isWaiting,
	rate,
	outagePolicy,
	order,
}: LaneView): readonly LanePlan[] => {
	const active = [...open].filter(({isAside}) => !isAside);
	const isNarrow = isWaiting || isApart(suspicion) || active.some(({suspects}) => suspects?.apart);
	if (active.length >= (isNarrow ? Math.min(1, mostOpen) : mostOpen)) {
		return [];
	}
	const filling = isRateBound(rate) ? active.filter(({isAlmostSent}) => !isAlmostSent) : [];
	const mostUrgent = Math.min(...filling.map(({lease}) => lease.classNo));
	if (mostUrgent === 0) {
		return [];
	}
	const maxBytes = Math.max(1, Math.floor(Math.min(MOST_BYTES, rate * SECONDS_OF_RATE)));
	// Under `count` most of the charged have met an outage and are no poison: one by one they would take for ever.
	const chargedAlone = outagePolicy === 'hold';
	const above = filling.length === 0 ? {} : {moreUrgentThan: mostUrgent as ClassNo};
	const usual = {maxBytes, maxEntries: MOST_ENTRIES, chargedAlone, order, ...above};
	const plans: LanePlan[] = [];
	const [first] = suspicion.sets;
	const isSearched = active.some(({suspects}) => suspects !== undefined);
	const isReleased = ![...open].some(({lease}) => lease === first?.lease);
	if (first !== undefined && !isSearched && isReleased && filling.length === 0) {
		plans.push({window: {maxBytes, maxEntries: first.part, again: first.lease}, suspects: first});
	}
	if (first === undefined) {
		plans.push({window: isWaiting ? asWitness(usual) : usual, suspects: undefined});
	} else if (mayServeOthers(suspicion) || isWaiting) {
		const others = {...usual, except: suspicion.sets.map(({lease}) => lease)};
		plans.push({window: isWaiting ? asWitness(others) : others, suspects: undefined});
	}
	return isWaiting ? plans.reverse() : plans;
};

const asWitness = (window: LeaseWindow): LeaseWindow => ({
	...window,
	maxBytes: Math.min(window.maxBytes, WITNESS_BYTES),
	maxEntries: Math.min(window.maxEntries, WITNESS_ENTRIES),
});

/**
 * Slots beside a lane's own would only wait for the limiter, each with a chunk that may leave late; one more hides a round trip of up
 * to the time that a lease takes.
 */
export const isRateBound = (rate: number): boolean => rate <= RATE_OF_MANY_SLOTS;

const RATE_OF_MANY_SLOTS = 1.25 * 1024 * 1024;
