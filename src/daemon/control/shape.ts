import type {Params, Result} from '../../rpc/contract/methods.js';
import {formatTime} from '../../runtime/clock.js';
import type {AgeBucket} from '../../storage/age-slices.js';
import type {Parts} from '../parts.js';

type Asked = Pick<Parts, 'store' | 'peers' | 'clock'>;
type Shape = Result<'relay.shape'>;

const [MINUTE, HOUR, DAY] = [60, 3600, 86_400];
/** From what just came in to what an outage of a weekend, and of more than a week, has left. */
const BORDERS_SECONDS = [5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, DAY, 3 * DAY, 7 * DAY];
const BORDERS_MS = BORDERS_SECONDS.map(seconds => seconds * 1000);

/** Of one peer or of all, those that only the store remembers too. */
export const shape = async (
	{store, peers, clock}: Asked,
	{peer_id: id}: Params<'relay.shape'>,
): Promise<Shape> => {
	const shown =
		id === undefined
			? [...peers.configured, ...peers.orphaned]
			: [peers.orphaned.find(peer => peer.id === id) ?? peers.find(id)];
	const ages = await store.waitingByAge(
		shown.map(({no}) => no),
		BORDERS_MS,
	);
	return {
		borders_seconds: BORDERS_SECONDS,
		peers: shown.map((peer, at) => ({peer_id: peer.id, ...withSum(ages[at] ?? [])})),
		total: withSum(
			[...BORDERS_SECONDS, undefined].map((_, at) => sumOf(ages.map(buckets => buckets[at] ?? NOTHING))),
		),
		queried_at: formatTime(clock.now()),
	};
};

const NOTHING: AgeBucket = {records: 0, bytes: 0};

const withSum = (buckets: readonly AgeBucket[]): Shape['total'] => ({
	...sumOf(buckets),
	buckets: [...buckets],
});

const sumOf = (parts: readonly AgeBucket[]): AgeBucket => ({
	records: parts.reduce((sum, {records}) => sum + records, 0),
	bytes: parts.reduce((sum, {bytes}) => sum + bytes, 0),
});
