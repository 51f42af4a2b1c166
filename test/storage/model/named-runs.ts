import test, {type ExecutionContext} from 'ava';
import type {SuccessCondition} from '../../../src/config/relay.js';
import type {ClassNo} from '../../../src/outbound/priorities.js';
import {ChangeAll, type ModelChange} from '../../helpers/model/change.js';
import type {Command} from '../../helpers/model/command.js';
import {Enqueue} from '../../helpers/model/enqueue.js';
import {Bulk} from '../../helpers/model/operator.js';
import {QueueModel} from '../../helpers/model/queue-model.js';
import {Settle} from '../../helpers/model/settle.js';
import {ChangeCondition, Pass} from '../../helpers/model/surroundings.js';
import {TakeLease} from '../../helpers/model/take-lease.js';
import {storeFixture} from '../../helpers/store-fixture.js';

const FIRST: SuccessCondition = 2;
/** To `a`, `b` and `c`. */
const toAll = {id: undefined, payload: 3, route: 7, classNo: 2 as ClassNo, expires: false};
const toTwo = {...toAll, route: 3};
const anything = {peer: undefined, classNo: undefined, state: undefined, olderThanMs: undefined};
const move = (from: number, to: number): Command =>
	new ChangeAll({verb: 'move', to} satisfies ModelChange, {...anything, peer: from}, 10);

/** Runs the commands on a store and the model, which are compared after each; returns how each record ended. */
const run = async (t: ExecutionContext, commands: readonly Command[]): Promise<readonly string[]> => {
	const real = await storeFixture(t, {successCondition: FIRST}, 3);
	const model = new QueueModel({room: 'ample', condition: FIRST});
	for (const command of commands) {
		t.true(command.check(model), `${command} can be`);
		await command.run(model, real);
	}
	return model.records.map(({peer, state}) => `${peer} ${state}`);
};

/** `a` has it and `b` does not, which is enough only from the change of the condition on. */
const easedAfter = (spec: typeof toAll, ...between: readonly Command[]): readonly Command[] => [
	new Enqueue([spec], 'all'),
	new TakeLease(0, 2 ** 20, 4096),
	new Settle(0, 'a'),
	...between,
	new ChangeCondition('one_peer'),
];

test('a condition that is met only by its change satisfies what waits when time passes', async t => {
	const before = easedAfter(toAll);
	t.deepEqual(await run(t, before), ['a acked', 'b scheduled', 'c scheduled']);
	t.deepEqual(await run(t, [...before, new Pass(2)]), ['a acked', 'b satisfied', 'c satisfied']);
});

test('so it does what was moved before, and after, and what a move did not change', async t => {
	t.deepEqual(await run(t, [...easedAfter(toAll), move(1, 0), new Pass(2)]), [
		'a acked',
		'b satisfied',
		'c satisfied',
	]);
	t.deepEqual(await run(t, [...easedAfter(toTwo, move(1, 2)), new Pass(2)]), ['a acked', 'c satisfied']);
	t.deepEqual(await run(t, [...easedAfter(toTwo), move(1, 2), new Pass(2)]), ['a acked', 'c satisfied']);
});

test('what an operator retried before the change is sent, as he asked', async t => {
	const dead = [new TakeLease(1, 2 ** 20, 4096), new Settle(0, 'r'), new Bulk('retry', 10)];
	const found = await run(t, [...easedAfter(toTwo, ...dead), new Pass(2)]);
	t.deepEqual(found, ['a acked', 'b scheduled']);
	const moved = await run(t, [...easedAfter(toTwo, ...dead), move(1, 2), new Pass(2)]);
	t.deepEqual(moved, ['a acked', 'c scheduled']);
});

test('what failed, and is being sent again, is among what a change of the scheduled meets', async t => {
	const lease = new TakeLease(0, 2 ** 20, 4096);
	const again = [new Enqueue([{...toAll, route: 1}], 'each'), lease, new Settle(0, 'f'), new Pass(2), lease];
	const urgent = {verb: 'set_priority', classNo: 0} satisfies ModelChange;
	for (const state of ['scheduled', 'failed'] as const) {
		const found = await run(t, [...again, new ChangeAll(urgent, {...anything, state}, 10)]);
		t.deepEqual(found, ['a inflight']);
	}
});
