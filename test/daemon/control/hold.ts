import test, {type ExecutionContext} from 'ava';
import {hold, release} from '../../../src/daemon/control/hold.js';
import {listRecords} from '../../../src/daemon/control/records.js';
import type {PeerId, SegmentId} from '../../../src/outbound/names.js';
import {loggerWithLines} from '../../helpers/log-lines.js';
import {storeFixture} from '../../helpers/store-fixture.js';
import {A, B, fill, take} from '../../helpers/store-verbs.js';

/** `count` segments for `a` and `b`, each a block of its own label. */
const fixture = async (t: ExecutionContext, count: number) => {
	const {store} = await storeFixture(t, {}, 2);
	const ids: SegmentId[] = [];
	for (let at = 0; at < count; at++) {
		ids.push(...(await fill(store, [`p${at}`], {to: [A, B], labels: {even: String(at % 2 === 0)}})));
	}
	const {logger, lines} = loggerWithLines();
	return {store, ids, parts: {store, logger}, lines};
};

test('one record is held and released, and one line each tells who did it', async t => {
	const {store, ids, parts, lines} = await fixture(t, 2);
	const [segment_id = '' as SegmentId] = ids;
	const params = {segment_id, peer_id: A, operator: 'mia', reason: 'INC-1'};
	t.deepEqual(await hold(parts, params), {dry_run: false, held: 1, refused: 0});
	t.deepEqual(await hold(parts, params), {dry_run: false, held: 0, refused: 0});
	t.is(store.depth().held, 1);
	t.deepEqual(await release(parts, params), {dry_run: false, released: 1, refused: 0});
	t.deepEqual(
		lines().map(({event, operator, segment_id: id}) => [event, operator, id]),
		[
			['relay.record.held', 'mia', segment_id],
			['relay.record.released', 'mia', segment_id],
		],
	);
});

test('a dry run says what would be and changes nothing', async t => {
	const {store, ids, parts, lines} = await fixture(t, 3);
	const [segment_id = '' as SegmentId] = ids;
	t.deepEqual(await hold(parts, {segment_id, dry_run: true}), {dry_run: true, held: 2, refused: 0});
	t.deepEqual(await hold(parts, {all: true, dry_run: true}), {dry_run: true, held: 6, refused: 0});
	await take(store);
	t.deepEqual(await hold(parts, {all: true, dry_run: true}), {
		dry_run: true,
		held: 3,
		refused: 3,
		refused_because: {being_sent: 3},
	});
	t.deepEqual(await hold(parts, {segment_id, dry_run: true}), {
		dry_run: true,
		held: 1,
		refused: 1,
		refused_because: {being_sent: 1},
	});
	t.deepEqual([store.depth().held, lines().length], [0, 0]);
});

test('all that match are held in the steps that the caller asks for', async t => {
	const {store, parts, lines} = await fixture(t, 5);
	const label = {name: 'Even', value: 'true'};
	const first = await hold(parts, {all: true, peer_id: B, label, limit: 2});
	t.like(first, {held: 2, refused: 0});
	const next_cursor = first.next_cursor as string;
	t.deepEqual(await hold(parts, {all: true, peer_id: B, label, cursor: next_cursor}), {
		dry_run: false,
		held: 1,
		refused: 0,
	});
	const page = listRecords({store, config: undefined as never}, {held: true, limit: 10});
	t.deepEqual(
		page.records.map(({peer_id, labels}) => [peer_id, labels['even']]),
		[1, 2, 3].map(() => ['b', 'true']),
	);
	t.deepEqual(await release(parts, {all: true}), {dry_run: false, released: 3, refused: 0});
	t.like(lines()[0], {event: 'relay.record.held', peer_id: 'b', changed: 2});
});

test('what is not known is refused by name', async t => {
	const {parts, ids} = await fixture(t, 1);
	const segment_id = ids[0] as SegmentId;
	await t.throwsAsync(hold(parts, {segment_id: 'nowhere' as SegmentId}), {code: 'NOT_FOUND'});
	await t.throwsAsync(hold(parts, {segment_id, peer_id: 'x' as PeerId}), {code: 'UNKNOWN_PEER'});
	await t.throwsAsync(hold(parts, {all: true, peer_id: 'x' as PeerId}), {code: 'UNKNOWN_PEER'});
});
