import {existsSync} from 'node:fs';
import path from 'node:path';
import {abandonLeases, type LastEnd, ORDINARY_END} from './abandon.js';
import {Ballast} from './ballast.js';
import {checkAtStart} from './damage/check-at-start.js';
import {ensureSound, type Rebuilt} from './damage/ensure-sound.js';
import {putRight} from './damage/put-right.js';
import {dataFileOf} from './data-file.js';
import {DiskRoom} from './disk-room.js';
import {openEnvironment} from './environment.js';
import {lockInstance} from './instance-lock.js';
import {LmdbStore} from './lmdb-store.js';
import {type HandleOptions, openHandles} from './open-handles.js';
import {requireWritable} from './writable-state.js';

export type OpenOptions = Omit<HandleOptions, 'room'> & {
	/** The queue lies in `queue/` below it; the lock is the directory's. */
	readonly stateDirectory: string;
	readonly pid: number;
	/** Asked once the lock is held: how the last run ended. After a crash of its own all of LMDB's pages are looked at. */
	readonly lastEnd?: () => LastEnd;
	/** Told when the environment had to be built anew, before anything else is. */
	readonly onRebuilt?: (rebuilt: Rebuilt) => void;
	/** Told when there is no store though one has been here: the ballast beside it was left. */
	readonly onEmptied?: (directory: string) => void;
};

/** Locks the state directory, opens or makes the store, and abandons what was inflight. Throws `BUSY`, `INVALID_CONFIG`, `STORAGE_FAILED`. */
export const openStore = async (options: OpenOptions): Promise<LmdbStore> => {
	const {stateDirectory, clock, pid, lastEnd = () => ORDINARY_END} = options;
	const lock = await lockInstance(stateDirectory, pid);
	try {
		requireWritable(stateDirectory);
		const directory = path.join(stateDirectory, 'queue');
		const end = lastEnd();
		const look = end.isOwnCrash ? 'at all of it' : 'at the start of it';
		const rebuilt = await ensureSound(directory, {clock, look});
		const ballast = new Ballast(stateDirectory, options.settings.ballastBytes);
		if (ballast.held > 0 && !existsSync(dataFileOf(directory))) {
			options.onEmptied?.(directory);
		}
		const env = openEnvironment(directory);
		const room = new DiskRoom(env, ballast);
		await room.open();
		const opened = await openHandles(env, {...options, room});
		await checkAtStart(opened.handles);
		if (rebuilt !== undefined) {
			options.onRebuilt?.(rebuilt);
			await putRight(opened.handles, {isWhole: false});
		}
		const abandoned = await abandonLeases(opened.handles, end);
		return new LmdbStore(opened.handles, {...opened, lock, abandoned});
	} catch (error) {
		await lock.release();
		throw error;
	}
};
