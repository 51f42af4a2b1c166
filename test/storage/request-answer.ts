import test from 'ava';
import fc from 'fast-check';
import {AnswerBuilder, maxAnswerBytes, parseAnswer} from '../../src/storage/request-codec.js';
import {holds} from '../helpers/holds.js';

const DIGEST = 'ab'.repeat(32);
const answer = (fields: object): string =>
	JSON.stringify({request_digest: DIGEST, accepted: [], duplicate: [], rejected: [], ...fields});

test('an answer names what became of every entry, in ranges', t => {
	const builder = new AnswerBuilder();
	builder.accept();
	builder.accept();
	builder.duplicate();
	builder.accept();
	builder.reject('TOO_LARGE', 'x'.repeat(1000));
	const json = builder.toJson(DIGEST);
	t.deepEqual(parseAnswer(json, 5, DIGEST), {
		kind: 'answer',
		accepted: [
			[0, 1],
			[3, 3],
		],
		duplicate: [[2, 2]],
		rejected: [{index: 4, code: 'TOO_LARGE', message: 'x'.repeat(256)}],
	});
});

test('whatever is built is believed, and is not larger than announced', t => {
	holds(
		fc.property(fc.array(fc.constantFrom('accept', 'duplicate', 'reject'), {maxLength: 200}), verdicts => {
			const builder = new AnswerBuilder();
			for (const verdict of verdicts) {
				if (verdict === 'reject') {
					builder.reject('CONFLICT', '\u0000'.repeat(300));
				} else {
					builder[verdict as 'accept' | 'duplicate']();
				}
			}
			const json = builder.toJson(DIGEST);
			t.is(parseAnswer(json, verdicts.length, DIGEST).kind, 'answer');
			t.true(Buffer.byteLength(json) <= maxAnswerBytes(verdicts.length));
		}),
	);
});

test('the answer to an empty request names nothing', t => {
	t.is(parseAnswer(answer({}), 0, DIGEST).kind, 'answer');
});

const refuses = test.macro((t, text: string, message: string) => {
	t.deepEqual(parseAnswer(text, 3, DIGEST), {kind: 'fault', message});
});

test('text that is no JSON is not believed', refuses, '<html>', 'it is no JSON object');
test('null is not believed', refuses, 'null', 'it is no JSON object');
test(
	'an answer to another request is not believed',
	refuses,
	answer({request_digest: 'cd'.repeat(32)}),
	'it names another request',
);
test(
	'an entry that is left out is noticed',
	refuses,
	answer({
		accepted: [
			[0, 0],
			[2, 2],
		],
	}),
	'it does not name entry 1',
);
test(
	'an entry that is named twice is noticed',
	refuses,
	answer({accepted: [[0, 2]], duplicate: [[1, 1]]}),
	'it names entry 1 twice',
);
test(
	'an entry that is accepted and rejected is noticed',
	refuses,
	answer({accepted: [[0, 2]], rejected: [{index: 2, code: 'X', message: ''}]}),
	'it names entry 2 twice',
);
test(
	'an entry that was not sent is noticed',
	refuses,
	answer({accepted: [[0, 3]]}),
	'it names entry 3, which was not sent',
);
test(
	'a huge range costs nothing',
	refuses,
	answer({accepted: [[0, 9_007_199_254_740_991]]}),
	'it names entry 9007199254740991, which was not sent',
);

const OUT_OF_FORM = 'accepted, duplicate or rejected is out of form';
test('a range that runs backwards is not believed', refuses, answer({accepted: [[2, 0]]}), OUT_OF_FORM);
test('a fraction is no index', refuses, answer({accepted: [[0, 1.5]]}), OUT_OF_FORM);
test('a negative number is no index', refuses, answer({duplicate: [[-1, 2]]}), OUT_OF_FORM);
test(
	'a missing list is not believed',
	refuses,
	JSON.stringify({request_digest: DIGEST, accepted: [[0, 2]]}),
	OUT_OF_FORM,
);
test(
	'a refusal without words is not believed',
	refuses,
	answer({rejected: [{index: 0, code: 'X'}]}),
	OUT_OF_FORM,
);
test('a refusal that is null is not believed', refuses, answer({rejected: [null]}), OUT_OF_FORM);
