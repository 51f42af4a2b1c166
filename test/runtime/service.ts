import test from 'ava';
import {EdgedError} from '../../src/outbound/errors.js';
import {type Service, startAll, stopAll} from '../../src/runtime/service.js';

type Trouble = {readonly start?: Error; readonly stop?: Error};

/** Services that write what happens to them into `story`. */
const actors = (story: string[], troubles: Readonly<Record<string, Trouble>> = {}): Service[] =>
	['store', 'lanes', 'doors'].map(name => ({
		name,
		async start() {
			story.push(`start ${name}`);
			if (troubles[name]?.start !== undefined) {
				throw troubles[name].start;
			}
		},
		async stop() {
			story.push(`stop ${name}`);
			if (troubles[name]?.stop !== undefined) {
				throw troubles[name].stop;
			}
		},
	}));

test('services start in the order of the array and stop backwards', async t => {
	const story: string[] = [];
	const services = actors(story);
	await startAll(services);
	await stopAll(services);
	t.deepEqual(story, ['start store', 'start lanes', 'start doors', 'stop doors', 'stop lanes', 'stop store']);
});

test('when one service cannot start, those before it are stopped and those after it never start', async t => {
	const story: string[] = [];
	const trouble = new Error('no such socket');
	const error = await t.throwsAsync(startAll(actors(story, {lanes: {start: trouble}})));
	t.is(error?.message, 'Could not start lanes: no such socket');
	t.is(error?.cause, trouble);
	t.deepEqual(story, ['start store', 'start lanes', 'stop store']);
});

test('a refusal to start keeps its code and details', async t => {
	const refusal = new EdgedError('INVALID_CONFIG', 'rpc.socket is taken', {key: 'rpc.socket'});
	const error = await t.throwsAsync(startAll(actors([], {doors: {start: refusal}})), {
		instanceOf: EdgedError,
	});
	t.is(error?.code, 'INVALID_CONFIG');
	t.deepEqual(error?.details, {key: 'rpc.socket'});
	t.is(error?.message, 'Could not start doors: rpc.socket is taken');
});

test('a failure while undoing a start hides neither error', async t => {
	const start = new Error('no disk');
	const story: string[] = [];
	const error = await t.throwsAsync(
		startAll(actors(story, {doors: {start}, lanes: {stop: new Error('still sending')}})),
	);
	const cause = error?.cause;
	if (!(cause instanceof AggregateError)) {
		return t.fail(`the cause is ${String(cause)}`);
	}
	t.is(cause.errors[0], start);
	t.regex(String(cause.errors[1]), /Could not stop lanes: still sending/);
	t.is(story.at(-1), 'stop store');
});

test('a service that fails to stop keeps none of the others running', async t => {
	const story: string[] = [];
	const error = await t.throwsAsync(stopAll(actors(story, {lanes: {stop: new Error('still sending')}})));
	t.is(error?.message, 'Could not stop lanes: still sending');
	t.deepEqual(story, ['stop doors', 'stop lanes', 'stop store']);
});

test('several failures to stop are told together', async t => {
	const troubles = {lanes: {stop: new Error('a')}, store: {stop: new Error('b')}};
	const error = await t.throwsAsync(stopAll(actors([], troubles)), {instanceOf: AggregateError});
	t.deepEqual(
		error?.errors.map((each: Error) => each.message),
		['Could not stop lanes: a', 'Could not stop store: b'],
	);
});
