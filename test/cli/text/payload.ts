import test from 'ava';
import {payloadText} from '../../../src/cli/text/payload.js';
import {plain} from '../../../src/cli/text/style.js';

const shown = (head: Buffer | string, sizeBytes?: number): string => {
	const bytes = Buffer.from(head);
	return payloadText(bytes, sizeBytes ?? bytes.length, plain).join('\n');
};

test('text is shown as its lines, without the last break', t => {
	t.is(shown('one\r\n\ttwo\n'), 'Payload (10 bytes)\n  one\n   two');
});

test('nothing of an empty payload is shown but that it is empty', t => {
	t.is(shown(''), 'Payload (empty)\n');
});

test('a head says of how much it is the first', t => {
	t.is(shown('abc', 12_345), 'Payload (first 3 of 12,345 bytes)\n  abc');
});

for (const character of ['é', '€', '😀']) {
	const whole = Buffer.from(`ab${character}`);
	for (let cut = 1; cut < whole.length - 2; cut++) {
		test(`a ${character} of which ${cut} bytes are cut off is still text`, t => {
			t.is(shown(whole.subarray(0, whole.length - cut), 100).split('\n')[1], '  ab');
			t.regex(shown(whole.subarray(0, whole.length - cut)), /00000000/, 'unless it is the end');
		});
	}
	test(`a whole ${character} at the end of a head is kept`, t => {
		t.is(shown(whole, 100).split('\n')[1], `  ab${character}`);
	});
}

for (const hostile of ['\u001b[2J', 'a\u0000b', '\u009b31m', '\u202eevil', '\u007f', '\b\b', '\u0007']) {
	test(`${JSON.stringify(hostile)} is shown as bytes, and reaches no terminal`, t => {
		const text = shown(`hello ${hostile} world`);
		t.regex(text, /^ {2}00000000 {2}68 65 6c 6c 6f 20/m);
		t.regex(text, /^[\x20-\x7e\n]+$/);
	});
}

test('bytes are shown sixteen a line, in 80 columns', t => {
	const lines = shown(Buffer.from(Array.from({length: 20}, (_, at) => 0xf0 + at))).split('\n');
	t.deepEqual(lines, [
		'Payload (20 bytes)',
		'  00000000  f0 f1 f2 f3 f4 f5 f6 f7  f8 f9 fa fb fc fd fe ff  |................|',
		'  00000010  00 01 02 03                                       |....|',
	]);
	t.true(lines.every(line => line.length <= 80));
});
