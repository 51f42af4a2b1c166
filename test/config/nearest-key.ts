import test from 'ava';
import {editDistance, nearestKey} from '../../src/config/nearest-key.js';

const isFar = test.macro((t, a: string, b: string, expected: number) => {
	t.is(editDistance(a, b), expected);
	t.is(editDistance(b, a), expected);
});
test('equal words', isFar, 'peers', 'peers', 0);
test('a letter replaced', isFar, 'peers', 'pears', 1);
test('a letter too many', isFar, 'peers', 'peeers', 1);
test('two letters swapped', isFar, 'peers', 'peesr', 2);
test('a word against none', isFar, 'peers', '', 5);
test('kitten and sitting', isFar, 'kitten', 'sitting', 3);

const KNOWN = ['node', 'node.id', 'node.state_dir', 'relay.retry', 'relay.retry.max_abandons', 'peers.url'];
const means = test.macro((t, unknown: string, expected: string | undefined) => {
	t.is(nearestKey(unknown, KNOWN), expected);
});
test('the nearest of its own table', means, 'node.sate_dri', 'node.state_dir');
test('the same name elsewhere', means, 'relay.max_abandons', 'relay.retry.max_abandons');
test('a short name wholly different is not guessed', means, 'node.xy', undefined);
test('a near name in another table is not guessed', means, 'peers.state_di', undefined);
test('a table', means, 'nod', 'node');
