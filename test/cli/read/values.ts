import test from 'ava';
import {readBytes} from '../../../src/cli/read/bytes.js';
import {readChoice} from '../../../src/cli/read/choice.js';
import {readCount} from '../../../src/cli/read/count.js';
import {readDurationMs} from '../../../src/cli/read/duration.js';
import {readLabel, readNewLabel} from '../../../src/cli/read/label.js';

const reads = test.macro((t, read: (text: string) => unknown, text: string, value: unknown) => {
	t.deepEqual(read(text), value);
});
const refuses = test.macro((t, read: (text: string) => unknown, text: string, words: RegExp) => {
	t.throws(() => read(text), {message: words});
});

test('0 bytes is a size: it means unlimited', reads, readBytes, '0', 0);
test('bytes may be grouped', reads, readBytes, '1,048,576', 1_048_576);
test('a size may have a space before its unit', reads, readBytes, '64 KiB', 65_536);
test('a size may have none, and a fraction', reads, readBytes, '1.5MiB', 1_572_864);
test('decimal units are thousands', reads, readBytes, '10 GB', 10_000_000_000);
test('a rate may be typed as it is shown', reads, readBytes, '64 KiB/s', 65_536);
for (const text of ['', '-1', '1e6', 'KiB', '64 KiBs', '10 furlongs', '0x10', 'NaN']) {
	test(`"${text}" is no size`, refuses, readBytes, text, /^Give bytes such as/);
}
test('half a byte is refused', refuses, readBytes, '0.5', /not a whole number/);
test('more bytes than can be counted are refused', refuses, readBytes, '9999999 TiB', /too large/);

test('a bare number is seconds', reads, readDurationMs, '10', 10_000);
test('milliseconds are not minutes', reads, readDurationMs, '500ms', 500);
test('units add up', reads, readDurationMs, '1h30m', 5_400_000);
test('days count', reads, readDurationMs, '2d', 172_800_000);
test('fractions of a unit count', reads, readDurationMs, '0.5s', 500);
for (const text of ['', '0', '-5s', '10 parsecs', 's', '1h-3m']) {
	test(`"${text}" is no time`, refuses, readDurationMs, text, /^Give a time such as/);
}

test('the value of a label may hold "="', reads, readLabel, 'query=a=b', {name: 'query', value: 'a=b'});
test('the value of a label may be empty', reads, readLabel, 'flag=', {name: 'flag', value: ''});
test('a label without "=" is refused', refuses, readLabel, 'flag', /name=value/);
test('a label without a name is refused', refuses, readLabel, '=x', /name=value/);

test('a limit may be grouped', reads, readCount, '1,000', 1000);
for (const text of ['0', '-1', '1.5', 'ten', '']) {
	test(`"${text}" is no limit`, refuses, readCount, text, /at least 1/);
}

const choose = readChoice(['MAX_RETRIES', 'FORCED']);
test('a choice is found whatever its case', reads, choose, 'forced', 'FORCED');
test('a wrong choice names the right ones', refuses, choose, 'tired', /MAX_RETRIES, FORCED/);

test('a new label may have the name of a header', reads, readNewLabel, 'site.a_b-1=ü', {
	name: 'site.a_b-1',
	value: 'ü',
});
for (const text of ['näme=1', 'a b=1', 'a:b=1', 'a\nb=1']) {
	test(`${JSON.stringify(text)} cannot be handed over`, refuses, readNewLabel, text, /letters of ASCII/);
}
