import {existsSync, renameSync, rmSync, statfsSync, statSync} from 'node:fs';
import path from 'node:path';
import {EdgedError} from '../../outbound/errors.js';
import {type Clock, formatTime} from '../../runtime/clock.js';
import {type Examination, type ExamineOptions, examine} from '../../storage/damage/examine.js';
import {dataFileOf} from '../../storage/data-file.js';
import {lockInstance} from '../../storage/instance-lock.js';
import {type Exported, exportOwed} from './export-owed.js';

export type FsckOrder = {
	/** Acts the plan out; without it nothing is changed. */
	readonly repair: boolean;
	/** Every readable payload that is still owed is written here. */
	readonly exportDirectory: string | undefined;
};

export type FsckOptions = ExamineOptions & {
	readonly stateDirectory: string;
	readonly pid: number;
	readonly clock: Clock;
};

export type FsckReport = {
	readonly verdict: 'clean' | 'damaged' | 'repaired' | 'unreadable';
	readonly store: string;
	readonly examination: Omit<Examination, 'handles' | 'close'> | undefined;
	readonly exported: Exported | undefined;
	/** Where the store as it was lies after a repair. */
	readonly backup: string | undefined;
};

/**
 * Checks a store that no daemon uses, on a copy beside it. What is to be done about damage is done to the copy: that is the plan.
 * A repair puts the copy in the place of the store, which is kept. Throws `BUSY` when a daemon runs, `STORAGE_FULL` without room for the copy.
 */
export const fsck = async (order: FsckOrder, options: FsckOptions): Promise<FsckReport> => {
	const {stateDirectory, pid} = options;
	const lock = await lockInstance(stateDirectory, pid);
	try {
		return await check(order, options);
	} finally {
		await lock.release();
	}
};

const check = async (order: FsckOrder, options: FsckOptions): Promise<FsckReport> => {
	const store = path.join(options.stateDirectory, 'queue');
	const none = {store, examination: undefined, exported: undefined, backup: undefined};
	const bytes = statSync(dataFileOf(store), {throwIfNoEntry: false})?.size ?? 0;
	if (bytes === 0) {
		return {...none, verdict: 'clean'};
	}
	// An export alone goes to another disk, and so may its copy: the store's own may be full.
	const place =
		order.exportDirectory !== undefined && !order.repair ? order.exportDirectory : options.stateDirectory;
	const copy = path.join(place, 'queue-fsck');
	requireRoom(place, bytes);
	try {
		const examination = await examine(store, copy, options);
		if (examination === undefined) {
			return order.repair
				? {...none, verdict: 'repaired', backup: moveAside(store, options.clock)}
				: {...none, verdict: 'unreadable'};
		}
		const exported =
			order.exportDirectory === undefined
				? undefined
				: await exportOwed(examination.handles, order.exportDirectory);
		await examination.close();
		const isClean = isSound(examination);
		const isRepaired = !isClean && order.repair && examination.remaining.length === 0;
		const backup = isRepaired ? moveAside(store, options.clock) : undefined;
		if (isRepaired) {
			renameSync(copy, store);
		}
		return {
			verdict: isClean ? 'clean' : isRepaired ? 'repaired' : 'damaged',
			store,
			examination,
			exported,
			backup,
		};
	} finally {
		rmSync(copy, {recursive: true, force: true});
	}
};

const isSound = ({pages, copied, findings, violations}: Examination): boolean =>
	pages.length + copied.lost + findings.length + violations.length === 0;

const moveAside = (store: string, clock: Clock): string => {
	const name = `${store}-backup-${formatTime(clock.now()).replaceAll(/[:.]/g, '')}`;
	let free = name;
	for (let again = 2; existsSync(free); again++) {
		free = `${name}-${again}`;
	}
	renameSync(store, free);
	return free;
};

/** Of payloads and rows the copy is never larger than what it is made from. */
const requireRoom = (directory: string, bytes: number): void => {
	const {bavail, bsize} = statfsSync(existsSync(directory) ? directory : path.dirname(directory));
	if (bavail * bsize < bytes) {
		throw new EdgedError(
			'STORAGE_FULL',
			`fsck works on a copy of the store, for which ${bytes} bytes are needed in ${directory}; ${bavail * bsize} are free. Make room, or take out what is readable with --export DIR on another disk`,
		);
	}
};
