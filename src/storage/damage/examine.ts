import {mkdirSync, rmSync} from 'node:fs';
import path from 'node:path';
import type {Clock} from '../../runtime/clock.js';
import {Ballast} from '../ballast.js';
import {dataFileOf} from '../data-file.js';
import {DiskRoom} from '../disk-room.js';
import {type Environment, openEnvironment} from '../environment.js';
import type {StoreHandles, StoreSettings} from '../handles.js';
import {findViolations} from '../invariant.js';
import {openHandles} from '../open-handles.js';
import {PageFile} from '../pages/page-file.js';
import {type PageDamage, StoreFile} from '../pages/store-file.js';
import type {Finding} from './check-step.js';
import {type BuriedRecord, buriedSince} from './cost.js';
import type {Mend} from './mend.js';
import {findDamage, putRight} from './put-right.js';
import {type Copied, rebuild} from './rebuild.js';

export type Examination = {
	/** Of LMDB's own structures. */
	readonly pages: readonly PageDamage[];
	readonly copied: Copied;
	/** Rows that are not what was written, payloads included. */
	readonly findings: readonly Finding[];
	/** What does not agree, when every row is whole. */
	readonly violations: readonly string[];
	/** What putting it right did to the copy, in order. */
	readonly mends: readonly Mend[];
	/** Records that no readable row held, though their payload is kept: they wait again, and may be delivered twice. */
	readonly restored: number;
	/** Records that putting it right buried as `CORRUPT`. */
	readonly buried: readonly BuriedRecord[];
	/** What does not agree afterwards; should be empty. */
	readonly remaining: readonly string[];
	/** Of the copy, put right. */
	readonly handles: StoreHandles;
	/** Closes the copy, durably. */
	close(): Promise<void>;
};

export type ExamineOptions = {readonly settings: StoreSettings; readonly clock: Clock};

/**
 * Copies the store in `directory` row by row to `copy`, without LMDB touching the original, checks the copy and puts right there
 * what is damaged. The original is only read. `undefined`: nothing in it can be found.
 */
export const examine = async (
	directory: string,
	copy: string,
	options: ExamineOptions,
): Promise<Examination | undefined> => {
	rmSync(copy, {recursive: true, force: true});
	mkdirSync(path.dirname(copy), {recursive: true, mode: 0o700});
	const file = new PageFile(dataFileOf(directory));
	try {
		const source = new StoreFile(file);
		if (!source.isReadable) {
			return undefined;
		}
		const copied = await rebuild(source, copy);
		return await examineCopy(openEnvironment(copy), {pages: source.damage, copied}, options);
	} finally {
		file.close();
	}
};

const examineCopy = async (
	env: Environment,
	found: Pick<Examination, 'pages' | 'copied'>,
	{settings, clock}: ExamineOptions,
): Promise<Examination> => {
	const mends: Mend[] = [];
	const {handles} = await openHandles(env, {
		room: new DiskRoom(env, new Ballast(path.dirname(env.path), 0)),
		settings,
		clock,
		failStop: (why, cause) => {
			throw new Error(`the copy cannot be written: ${why}`, {cause});
		},
		onMend: mend => mends.push(mend),
	});
	const findings = findDamage(handles);
	const violations = findings.length > 0 ? [] : findViolations(handles);
	const isWhole = found.pages.length === 0 && found.copied.lost === 0;
	const isClean = isWhole && findings.length + violations.length === 0;
	const startedAt = clock.now();
	const restored = isClean ? 0 : await putRight(handles, {isWhole});
	return {
		...found,
		findings,
		violations,
		mends,
		restored,
		buried: isClean ? [] : buriedSince(handles, startedAt),
		remaining: isClean ? [] : findViolations(handles),
		handles,
		close: async () => {
			await env.root.flushed;
			await env.root.close();
		},
	};
};
