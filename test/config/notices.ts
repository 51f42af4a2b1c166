import test from 'ava';
import {configFrom, HUB, NODE} from '../helpers/config.js';

const isNoticed = test.macro((t, body: string, expected: string) => {
	t.deepEqual(configFrom(HUB + body + NODE).notices as unknown, [expected]);
});

test('a spool', isNoticed, '[spool]\ndir = "in"\n', 'spool.dir is set but in this version nobody watches it');
test('what has its behaviour is not noticed', t => {
	const text =
		'[audit]\ndir = "audit"\nretention_days = 7\n[relay]\nworker_count = 2\n[relay.retry]\noutage_policy = "count"\n[relay.bandwidth]\nbytes_per_second = 9\ndaily_quota_bytes = 1\nquota_policy = "deadletter"\nquota_reserve_percent = 5\n';
	t.deepEqual(configFrom(text + NODE + HUB).notices, []);
});

test('what deletes data is said', t => {
	const text = '[relay.deadletter]\nretention_days = 7\nretention_bytes = "64 MiB"\n';
	t.deepEqual(configFrom(text + NODE + HUB).notices, [
		'relay.deadletter.retention_days deletes data: what was dead for 7 days is gone for good',
		'relay.deadletter.retention_bytes deletes data: above 64 MiB the longest dead are gone for good',
	]);
});
