import type {LedgerRecord} from '../labs/ledger.js';
import type {Arrived} from '../two-daemons/outbox.js';
import type {Acknowledged} from '../two-daemons/producer.js';

/** What was seen when all was over. */
export type Evidence = {
	/** By number. */
	readonly acknowledged: ReadonlyMap<number, Acknowledged>;
	/** Everything that the edge lists. */
	readonly records: readonly LedgerRecord[];
	/** By peer: all peers of the route. */
	readonly arrived: ReadonlyMap<string, Arrived>;
	/** Peers that must have a segment that was enqueued then. */
	needed(enqueuedAt: number): number;
};

/** What is wrong, in words; all empty when every promise was kept. */
export type Faults = {
	/** Acknowledged to the producer, and the edge knows nothing of it for a peer, or has two records of it. */
	readonly unknown: readonly string[];
	/** Neither acknowledged by the peer nor satisfied. */
	readonly unfinished: readonly string[];
	/** The edge says that the peer has it, and the peer has not. */
	readonly missing: readonly string[];
	/** Fewer peers have it than the success condition asks for. */
	readonly tooFew: readonly string[];
	/** A peer has other bytes or another description. */
	readonly damaged: readonly string[];
	/** Under more ids than its producer sent it. */
	readonly tooOften: readonly string[];
	/** A peer has what the edge has no record of. */
	readonly foreign: readonly string[];
};

type Segment = {readonly number: number; readonly records: LedgerRecord[]};

export const findFaults = (evidence: Evidence): Faults => {
	const {acknowledged, arrived, records} = evidence;
	const segments = segmentsOf(records);
	const has = hasItWhole(arrived);
	const found = {
		unknown: [...acknowledged.values()]
			.filter(({id}) => !segments.has(id))
			.map(({id, segment}) => `${id} (n ${segment.number})`),
		unfinished: records
			.filter(({state}) => state !== 'acked' && state !== 'satisfied')
			.map(record => `${record.segment_id} is ${record.state} for ${record.peer_id}`),
		missing: records
			.filter(({state, segment_id: id, peer_id: peer}) => state === 'acked' && !has(peer, id))
			.map(record => `${record.segment_id} at ${record.peer_id}`),
		tooFew: [] as string[],
		damaged: [...arrived].flatMap(([peer, {arrivals}]) =>
			arrivals.filter(({isFaithful}) => !isFaithful).map(({id}) => `${id} at ${peer}`),
		),
		tooOften: tooOften(acknowledged, segments),
		foreign: [...arrived].flatMap(([peer, {arrivals, foreign, announced}]) => [
			...announced
				.filter(id => !isSatisfied(segments.get(id), peer))
				.map(id => `${id} at ${peer} without its payload`),
			...foreign.map(name => `${name} at ${peer}`),
			...arrivals.filter(({id}) => !segments.has(id)).map(({id}) => `${id} at ${peer}`),
		]),
	};
	for (const [id, segment] of segments) {
		const peers = segment.records.map(({peer_id: peer}) => peer);
		if (String(peers.sort()) !== String([...arrived.keys()].sort())) {
			found.unknown.push(`${id} has records for ${peers.join(', ')}`);
		}
		const having = segment.records.filter(({state, peer_id: peer}) => state === 'acked' && has(peer, id));
		const needed = evidence.needed(Date.parse(segment.records[0]?.enqueued_at ?? ''));
		if (!(having.length >= needed)) {
			found.tooFew.push(`${id} is at ${having.length} peers of ${needed}`);
		}
	}
	return found;
};

const segmentsOf = (records: readonly LedgerRecord[]): Map<string, Segment> => {
	const segments = new Map<string, Segment>();
	for (const record of records) {
		const segment = segments.get(record.segment_id) ?? {number: Number(record.labels['n']), records: []};
		segment.records.push(record);
		segments.set(record.segment_id, segment);
	}
	return segments;
};

/** A kill may have left half of it, and then others were enough: it is not sent again. */
const isSatisfied = (segment: Segment | undefined, peer: string): boolean =>
	segment?.records.some(record => record.peer_id === peer && record.state === 'satisfied') === true;

const hasItWhole = (arrived: Evidence['arrived']): ((peer: string, id: string) => boolean) => {
	const whole = new Map(
		[...arrived].map(([peer, {arrivals}]) => [
			peer,
			new Set(arrivals.filter(({isFaithful}) => isFaithful).map(({id}) => id)),
		]),
	);
	return (peer, id) => whole.get(peer)?.has(id) === true;
};

/** A segment whose id edged made is a new one each time that its producer did not hear the answer. */
const tooOften = (
	acknowledged: Evidence['acknowledged'],
	segments: ReadonlyMap<string, Segment>,
): string[] => {
	const copies = new Map<number, number>();
	for (const {number} of segments.values()) {
		copies.set(number, (copies.get(number) ?? 0) + 1);
	}
	return [...copies].flatMap(([number, count]) => {
		const known = acknowledged.get(number);
		const most = known === undefined ? 0 : known.segment.id === undefined ? known.tries : 1;
		return count <= most ? [] : [`n ${number} is there ${count} times and was sent ${most} times`];
	});
};
