import test from 'ava';
import fc from 'fast-check';
import {shapeFault} from '../../src/rpc/json-shape.js';
import {holds} from '../helpers/holds.js';

/** Long enough to be looked at. */
const PADDING = ' '.repeat(16_384);
const faultOf = (json: string): string | undefined => shapeFault(Buffer.from(PADDING + json));

test('a call as large as one may be is in order', t => {
	const labels = Object.fromEntries(Array.from({length: 64}, (_, at) => [`l${at}`, '"}],[{\\']));
	const segments = Array.from({length: 4096}, () => ({payload_text: 'x', labels}));
	t.is(faultOf(JSON.stringify([{jsonrpc: '2.0', params: {segments}}])), undefined);
});

test('each limit holds to the last', t => {
	t.is(faultOf('['.repeat(32)), undefined);
	t.regex(faultOf('['.repeat(33)) ?? '', /nested/);
	const keys = (count: number): string =>
		JSON.stringify(Object.fromEntries(Array.from({length: count}, (_, at) => [`k${at}`, 1])));
	t.is(faultOf(keys(256)), undefined);
	t.is(faultOf(keys(257)), 'an object has more than 256 keys');
	const items = (count: number): string => JSON.stringify(Array.from({length: count}, () => 0));
	t.is(faultOf(items(10_000)), undefined);
	t.is(faultOf(items(10_001)), 'an array has more than 10000 items');
	t.regex(faultOf(`[${`${items(9999)},`.repeat(71)}0]`) ?? '', /values/);
});

test('what is in strings does not count, whatever is escaped in them', t => {
	holds(
		fc.property(fc.array(fc.string({maxLength: 40}), {maxLength: 50}), strings => {
			const hostile = strings.map(text => `${text}\\"[[${'{'.repeat(40)}`);
			t.is(faultOf(JSON.stringify(hostile)), undefined);
		}),
	);
});

test('any JSON of a modest shape is in order, and whatever is none throws nothing', t => {
	holds(
		fc.property(fc.json({maxDepth: 20}), json => {
			t.is(faultOf(json), undefined);
		}),
	);
	holds(
		fc.property(
			fc.string({unit: fc.constantFrom('"', '\\', '[', ']', '{', '}', ',', 'x'), maxLength: 200}),
			text => {
				t.notThrows(() => faultOf(text));
			},
		),
	);
});
