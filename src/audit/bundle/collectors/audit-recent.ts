import {readdir} from 'node:fs/promises';
import path from 'node:path';
import {type Collected, type Collector, NothingToCollect} from '../collector.js';
import {openPlainFile, readEnd, whyNot} from '../plain-file.js';
import type {Subject} from '../subject.js';

const MOST_RECORDS = 1000;
const MOST_UNREAD = 10;
const MOST_BYTES = 2 * 1024 * 1024;

/** The end of the audit trail, oldest first. */
export const auditRecent = ({auditDirectory, config: {config}}: Subject): Collector => ({
	name: 'audit_recent',
	deadlineMs: 4000,
	async collect(signal): Promise<Collected> {
		const directory =
			auditDirectory ??
			config?.audit.dir ??
			(config === undefined ? undefined : path.join(config.node.stateDir, 'audit'));
		if (directory === undefined) {
			throw new Error('without a configuration nobody knows where it is; name it with --audit-dir');
		}
		const names = await daysIn(directory, auditDirectory !== undefined);
		const records: unknown[] = [];
		const notes: string[] = [`read from ${directory}`];
		const unread: string[] = [];
		for (const name of names.reverse()) {
			signal.throwIfAborted();
			const day = await readDay(path.join(directory, name)).catch((error: Error) => error);
			if (day instanceof Error) {
				unread.push(day.message);
				continue;
			}
			records.unshift(...day.records.slice(records.length - MOST_RECORDS));
			if (day.broken > 0) {
				notes.push(`${name}: ${day.broken} lines are no JSON (edgectl audit verify tells more)`);
			}
			if (records.length >= MOST_RECORDS) {
				notes.push(`the last ${MOST_RECORDS} records; there are more`);
				break;
			}
		}
		if (unread.length === names.length) {
			throw new Error(unread[0]); // As a rule for want of permission.
		}
		notes.push(...unread.slice(0, MOST_UNREAD));
		return {files: [{name: 'audit_recent.json', kind: 'json', value: records}], notes};
	},
});

const daysIn = async (directory: string, isNamed: boolean): Promise<string[]> => {
	try {
		const names = (await readdir(directory)).filter(name => name.endsWith('.jsonl')).sort();
		if (names.length === 0) {
			throw new NothingToCollect(`there is no audit trail in ${directory}`);
		}
		return names;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT' && !isNamed) {
			throw new NothingToCollect(`there is no audit trail yet (${directory})`);
		}
		throw error instanceof NothingToCollect ? error : new Error(`${directory} ${whyNot(error)}`);
	}
};

const readDay = async (
	file: string,
): Promise<{readonly records: readonly unknown[]; readonly broken: number}> => {
	const opened = await openPlainFile(file);
	try {
		const lines = (await readEnd(opened, MOST_BYTES)).toString('utf8').split('\n');
		if (opened.size > MOST_BYTES) {
			lines.shift();
		}
		const found = lines.filter(line => line !== '').map(parsed);
		const records = found.filter(record => record !== undefined);
		return {records, broken: found.length - records.length};
	} finally {
		await opened.handle.close();
	}
};

const parsed = (line: string): unknown => {
	try {
		return JSON.parse(line);
	} catch {
		return undefined;
	}
};
