import test from 'ava';
import type {AuditLine} from '../../../src/audit/line.js';
import {csvHeading, csvRows} from '../../../src/audit/look/csv.js';
import {eventAt} from '../../helpers/audit/write-trail.js';
import {FakeClock} from '../../helpers/fake-clock.js';

const line = (more: Partial<AuditLine>): AuditLine => ({
	...eventAt(new FakeClock(), {timestamp: '2026-11-24T06:00:00.000Z', fields: {reason: 'a "b", c'}}),
	seq: 1,
	prev: '',
	...more,
});

test('the heading is that of the reference', t => {
	t.is(
		csvHeading(),
		'timestamp,event_name,category,action,outcome,actor,resource_type,resource,source,fields_json\r\n',
	);
});

test('quotes are doubled and lines end as RFC 4180 says', t => {
	t.is(
		csvRows([line({}), line({actor: 'x,y'})]),
		'2026-11-24T06:00:00.000Z,relay.paused,relay,pause,success,mia,peer,hub,cli,"{""reason"":""a \\""b\\"", c""}"\r\n' +
			'2026-11-24T06:00:00.000Z,relay.paused,relay,pause,success,"x,y",peer,hub,cli,"{""reason"":""a \\""b\\"", c""}"\r\n',
	);
	t.is(csvRows([]), '');
});

for (const actor of ['=1+1', '+1', '-1', '@SUM(A1)']) {
	test(`an actor "${actor}" is no formula`, t => {
		t.true(csvRows([line({actor})]).includes(`'${actor}`));
	});
}

test('control characters cannot break a row or move a cursor', t => {
	const text = csvRows([line({actor: 'a\r\nb\u001b[2J\u009b', resource: '\tx'})]);
	t.is(text.split('\r\n').length, 2);
	t.true(text.includes('a\\u000d\\u000ab\\u001b[2J\\u009b'));
	t.true(text.includes('\\u0009x'));
});
