import test from 'ava';
import {settingsThatDiffer} from '../../src/daemon/settings-that-differ.js';

const differ = test.macro((t, former: object, wanted: object, expected: string[]) => {
	t.deepEqual(
		settingsThatDiffer(former as Record<string, unknown>, wanted as Record<string, unknown>),
		expected,
	);
});

test('equal settings do not differ', differ, {a: {b: [1]}}, {a: {b: [1]}}, []);
test('a changed value is named in full', differ, {a: {b: {c: 1}}}, {a: {b: {c: 2}}}, ['a.b.c']);
test('a key that came or went is named', differ, {a: 1}, {b: 1}, ['a', 'b']);
test('a list is one value', differ, {a: ['x']}, {a: ['x', 'y']}, ['a']);
test('a list that was empty is one value', differ, {a: []}, {a: ['x']}, ['a']);
test(
	'peers are told apart by their ids, whatever their order',
	differ,
	{
		peers: [
			{id: 'a', url: '1'},
			{id: 'b', url: '2'},
		],
	},
	{
		peers: [
			{id: 'b', url: '2'},
			{id: 'a', url: '3'},
		],
	},
	['peers.a.url'],
);
test(
	'a peer that came or went is named without its keys, also beside one whose id begins alike',
	differ,
	{
		peers: [
			{id: 'a', url: '1'},
			{id: 'a.b', url: '1'},
		],
	},
	{
		peers: [
			{id: 'a.b', url: '2'},
			{id: 'c', url: '1'},
		],
	},
	['peers.a', 'peers.a.b.url', 'peers.c'],
);
