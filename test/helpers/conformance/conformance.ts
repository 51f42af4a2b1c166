import test from 'ava';
import {ANSWERS} from './cases/answers.js';
import {BREAKS} from './cases/breaks.js';
import {HANDSHAKES} from './cases/handshakes.js';
import {LEASES} from './cases/leases.js';
import type {Subject} from './subject.js';

const CASES = [...LEASES, ...ANSWERS, ...BREAKS, ...HANDSHAKES];

/** The cases that every transport passes, but for those that mean nothing to it. */
export const conformance = (subject: Subject): void => {
	for (const {title, run} of CASES.filter(({title}) => !(title in subject.exempt))) {
		test(title, t => run(t, subject));
	}
	test('what does not apply is a case, has a reason, and is not most of them', t => {
		const titles = CASES.map(({title}) => title);
		for (const [title, reason] of Object.entries(subject.exempt)) {
			t.true(titles.includes(title), `no case is called "${title}"`);
			t.true(reason.length > 10);
		}
		t.is(new Set(titles).size, titles.length);
	});
};
