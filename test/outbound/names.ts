import test from 'ava';
import {
	isPeerId,
	isSegmentId,
	MAX_PEER_ID_LENGTH,
	MAX_SEGMENT_ID_LENGTH,
	parsePeerId,
	parseSegmentId,
} from '../../src/outbound/names.js';

const KINDS = [
	{name: 'segment', is: isSegmentId, parse: parseSegmentId, longest: MAX_SEGMENT_ID_LENGTH},
	{name: 'peer', is: isPeerId, parse: parsePeerId, longest: MAX_PEER_ID_LENGTH},
] as const;

for (const {name, is, parse, longest} of KINDS) {
	test(`a ${name} id has letters, digits and . _ : -, and begins with a letter or digit`, t => {
		for (const id of ['a', '0', 'Z9', 'telemetry-2026.07:poison', 'a_b', 'x'.repeat(longest)]) {
			t.true(is(id), id);
			t.is(parse(id), id as never);
		}
		for (const id of ['', '-a', '.', '..', '_a', ':', 'a b', 'a/b', 'a%', 'ä', 'a\n', '\na', 'a\0']) {
			t.false(is(id), JSON.stringify(id));
		}
		t.false(is('x'.repeat(longest + 1)));
	});

	test(`what is no ${name} id is refused in words, on one line and cut short`, t => {
		const refused = t.throws(() => parse(`\n${'x'.repeat(100_000)}`), {code: 'INVALID_ARGUMENT'});
		t.regex(refused?.message ?? '', new RegExp(`^"\\\\nx+\\.\\.\\." is no ${name} id: 1-${longest} of `));
		t.true((refused?.message.length ?? 0) < 300);
	});
}
