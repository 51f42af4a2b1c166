import {readFileSync} from 'node:fs';
import path from 'node:path';
import {PROJECT} from '../source-files.js';

/** The commands under a heading of test/runbook/emergency-rollback.txt, one string each, continued lines together. */
export const runbookLines = (heading: string): readonly string[] => {
	const text = readFileSync(path.join(PROJECT, 'test/runbook/emergency-rollback.txt'), 'utf8');
	const [, body] = text.split(new RegExp(`^## ${heading}$`, 'm'));
	const lines = body?.split(/^## /m)[0]?.match(/^edgectl (?:.*\\\n)*.*$/gm) ?? [];
	if (lines.length === 0) {
		throw new Error(`The runbook has nothing under "${heading}"`);
	}
	return lines;
};
