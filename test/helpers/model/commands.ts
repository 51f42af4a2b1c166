import fc from 'fast-check';
import type {SuccessCondition} from '../../../src/config/relay.js';
import type {ClassNo} from '../../../src/outbound/priorities.js';
import type {ServiceOrder} from '../../../src/storage/store.js';
import {anyBulkChange, anyChange, ChangeAll} from './change.js';
import type {Command} from './command.js';
import {draftSpec, Enqueue} from './enqueue.js';
import {Hold, HoldAll} from './hold.js';
import {anyImport} from './import.js';
import {Bulk, Operator} from './operator.js';
import {Replay} from './replay.js';
import {Retire} from './retire.js';
import {Sequence} from './sequence.js';
import {Settle} from './settle.js';
import {ChangeCondition, Crash, Pass, SetQuota} from './surroundings.js';
import {TakeLease} from './take-lease.js';

const anyOrder = fc.constantFrom<ServiceOrder['kind']>('oldest_first', 'newest_first', 'live_first');

/** What one peer is being sent is moved from another meanwhile, and then settled: perhaps it was the last that anybody needed. */
const movedWhileSent = fc
	.tuple(
		fc.array(draftSpec, {minLength: 1, maxLength: 4}),
		fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2)),
		fc.constantFrom(1, 1000),
		fc.constantFrom('a', 'a', 'af', 'r'),
	)
	.map(([specs, [sent, from, to], limit, fates]) => {
		const all = {peer: from, classNo: undefined, state: undefined, olderThanMs: undefined};
		return new Sequence([
			new Enqueue(specs, 'each'),
			new TakeLease(sent, 2 ** 20, 4096),
			new ChangeAll({verb: 'move', to}, all, limit),
			new Settle(5, fates),
		]);
	});

/** A condition that fewer peers meet, while something waits that they have; what waits is moved, or retried, before the store looks. */
const eased = fc
	.tuple(
		fc.array(draftSpec, {minLength: 1, maxLength: 4}),
		fc.tuple(fc.nat(2), fc.nat(2)),
		fc.constantFrom('a', 'af', 'ar', 'fa'),
		fc.constantFrom<Command>(
			new Bulk('retry', 1000),
			new HoldAll('hold', 1000),
			new TakeLease(0, 2 ** 20, 4096),
			new Crash(),
		),
		anyBulkChange,
	)
	.map(
		([specs, [sent, other], fates, before, moved]) =>
			new Sequence([
				new ChangeCondition(2),
				new Enqueue(specs, 'each'),
				new TakeLease(sent, 2 ** 20, 4096),
				new Settle(5, fates),
				new TakeLease(other, 2 ** 20, 4096),
				new ChangeCondition('one_peer'),
				before,
				moved,
				new Pass(2),
			]),
	);

/** A paced retry, and what may happen between two of its steps. */
const paced = fc
	.tuple(
		fc.array(draftSpec, {minLength: 1, maxLength: 4}),
		fc.tuple(fc.nat(2), fc.constantFrom(3, 3, 0, 1, 2)),
		fc.constantFrom('r', 'rf', 'mr', 'xr'),
		fc.constantFrom<Command>(
			new Crash(),
			new Bulk('purge', 1),
			new Bulk('retry', 1),
			new Retire(0),
			new Settle(5, 'r'),
			new TakeLease(0, 2 ** 20, 1),
			new Pass(30),
		),
		fc.oneof(anyBulkChange, anyImport),
	)
	.map(
		([specs, [sent, whose], fates, between, change]) =>
			new Sequence([
				new Enqueue(specs, 'each'),
				new TakeLease(sent, 2 ** 20, 4096),
				new Settle(5, fates),
				new Replay('begin', whose),
				new Replay('step', 0, 1),
				between,
				new Settle(5, 'r'),
				change,
				new Replay('step', 0, 1),
			]),
	);

export const allCommands = [
	fc
		.tuple(fc.array(draftSpec, {minLength: 1, maxLength: 6}), fc.constantFrom<'all' | 'each'>('all', 'each'))
		.map(([specs, mode]) => new Enqueue(specs, mode)),
	fc
		.tuple(fc.nat(2), fc.constantFrom(1, 200, 2 ** 20), fc.constantFrom(1, 2, 3, 4096), anyOrder)
		.map(([peer, bytes, entries, order]) => new TakeLease(peer, bytes, entries, order)),
	fc.nat(2).map(peer => new TakeLease(peer, 2 ** 20, 4096)),
	fc
		.tuple(fc.nat(5), fc.constantFrom('a', 'a', '-', 'f', 'af', 'ra', 'x', 'fa-', 'mar', 'ffr', 'a-'))
		.map(([which, fates]) => new Settle(which, fates)),
	fc
		.tuple(fc.constantFrom('force', 'retry', 'purge'), fc.nat(50))
		.map(([verb, pick]) => new Operator(verb, pick)),
	fc
		.tuple(fc.constantFrom<'retry' | 'purge'>('retry', 'purge'), fc.constantFrom(1, 3, 1000))
		.map(([verb, limit]) => new Bulk(verb, limit)),
	fc
		.tuple(fc.constantFrom<'hold' | 'release'>('hold', 'release'), fc.nat(50))
		.map(([verb, pick]) => new Hold(verb, pick)),
	fc
		.tuple(fc.constantFrom<'hold' | 'release'>('hold', 'release'), fc.constantFrom(1, 3, 1000))
		.map(([verb, limit]) => new HoldAll(verb, limit)),
	fc.constantFrom(0, 3000, 20_000, 10_000_000).map(ms => new Retire(ms)),
	fc.nat(3).map(peer => new Replay('begin', peer)),
	fc.tuple(fc.nat(3), fc.constantFrom(1, 2, 1000)).map(([job, limit]) => new Replay('step', job, limit)),
	fc.tuple(fc.nat(3), fc.constantFrom(1, 1000)).map(([job, limit]) => new Replay('step', job, limit)),
	fc.nat(3).map(job => new Replay('cancel', job)),
	paced,
	anyChange,
	anyChange,
	anyBulkChange,
	movedWhileSent,
	anyImport,
	anyImport,
	eased,
	fc.constantFrom<SuccessCondition>('one_peer', 2, 3).map(condition => new ChangeCondition(condition)),
	// Every segment fits, and not many of them.
	fc.constantFrom(0, 80_000, 100_000).map(bytes => new SetQuota(bytes)),
	fc.constantFrom(2, 2, 7, 30, 100_000, 800_000).map(seconds => new Pass(seconds)),
	fc.constant(0).map(() => new Crash()),
] as const;

const oneLarge = fc.tuple(fc.nat(7), fc.constantFrom<ClassNo>(1, 2, 3)).map(([route, classNo]) => {
	const spec = {id: undefined, payload: 70_000, route, classNo, expires: false};
	return new Enqueue([spec], 'all');
});

/** A block of which much is done with and a little not, and then no room: it is thinned. */
const thinned = fc
	.tuple(
		fc.nat(7),
		fc.constantFrom<ClassNo>(1, 2),
		fc.constantFrom('aaaaaaaf', 'aaaaaaar', 'faaaaaaa', '-aaaaaaa'),
	)
	.map(([route, classNo, fates]) => {
		const spec = {id: undefined, route, classNo, expires: false};
		const block = Array.from({length: 8}, (_, at) => ({...spec, payload: 6000 + at}));
		const large = [{...spec, classNo: 3 as ClassNo, payload: 70_000}];
		return new Sequence([
			new Enqueue(block, 'all'),
			new TakeLease(0, 2 ** 20, 4096),
			new Settle(5, fates),
			new Enqueue(large, 'all'),
			new Enqueue(large, 'all'),
			new Enqueue(large, 'all'),
		]);
	});

/** For a store with little room: what comes in is large, and little of it is forgotten meanwhile. */
export const crowdingCommands = [
	...allCommands.slice(0, -3),
	oneLarge,
	oneLarge,
	oneLarge,
	thinned,
	fc.constantFrom(2, 2, 7, 30).map(seconds => new Pass(seconds)),
	fc.constant(0).map(() => new Crash()),
] as const;
