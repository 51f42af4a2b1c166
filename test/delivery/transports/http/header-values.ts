import {validateHeaderName, validateHeaderValue} from 'node:http';
import test from 'ava';
import fc from 'fast-check';
import {segmentHeaders} from '../../../../src/delivery/transports/http/segment-headers.js';
import {holds} from '../../../helpers/holds.js';
import {leaseOf} from '../../../helpers/leases.js';

const EVENTS = {name: 'cloudevents', source: 'edged://e'} as const;
const LABEL = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,30}$/);
/** Well-formed text of any kind, with many of the characters that headers and encodings care for. */
const VALUE = fc.oneof(
	fc.string({unit: 'binary', maxLength: 40}),
	fc.string({
		unit: fc.constantFrom(' ', '\t', '\r', '\n', '\0', '%', '"', "'", '*', ',', 'ü', '€', '😀'),
		maxLength: 8,
	}),
);

/** What a receiver reads out of the headers, by our own description of them. */
const labelsIn = (headers: Readonly<Record<string, string>>): Map<string, string> => {
	const labels = new Map<string, string>();
	for (const [header, value] of Object.entries(headers)) {
		const [, label, extended] = /^edged-label-(.*?)(\*?)$/.exec(header) ?? [];
		if (label !== undefined) {
			labels.set(
				label,
				extended === '*'
					? decodeURIComponent(value.replace(/^UTF-8''/, ''))
					: Buffer.from(value, 'latin1').toString('utf8'),
			);
		} else if (header.startsWith('ce-')) {
			labels.set(header, decodeURIComponent(value));
		}
	}
	return labels;
};

test('whatever is in a label, the headers are well-formed and carry it', t => {
	holds(
		fc.property(
			fc.dictionary(LABEL, VALUE, {maxKeys: 6}),
			fc.constantFrom({name: 'raw'} as const, EVENTS),
			(labels, format) => {
				const headers = segmentHeaders(leaseOf([{id: 's', labels}]).entry(0), format);
				for (const [name, value] of Object.entries(headers)) {
					validateHeaderName(name);
					validateHeaderValue(name, value);
					t.notRegex(value, /^[ \t]|[ \t]$/); // What HTTP takes away.
				}
				const found = labelsIn(headers);
				for (const [label, value] of Object.entries(labels)) {
					const attribute = `ce-${label.toLowerCase().replaceAll(/[^a-z0-9]/g, '')}`;
					t.true(found.get(label) === value || found.get(attribute) === value, `${label} is lost`);
				}
			},
		),
	);
});

test('an attribute is of the characters that CloudEvents allows in a header', t => {
	holds(
		fc.property(VALUE, value => {
			const headers = segmentHeaders(leaseOf([{id: 's', labels: {site: value}}]).entry(0), EVENTS);
			const attribute = headers['ce-site'];
			if (attribute !== undefined) {
				t.regex(attribute, /^(?:[!#$&-~]|%[0-9A-F]{2})+$/);
			}
		}),
	);
});
