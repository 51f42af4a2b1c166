import path from 'node:path';
import {abandonLeases} from './abandon.js';
import {Ballast} from './ballast.js';
import {checkAtStart} from './damage/check-at-start.js';
import {ensureSound, type Rebuilt, type SoundnessOptions} from './damage/ensure-sound.js';
import {putRight} from './damage/put-right.js';
import {DiskRoom} from './disk-room.js';
import {openEnvironment} from './environment.js';
import {lockInstance} from './instance-lock.js';
import {LmdbStore} from './lmdb-store.js';
import {type HandleOptions, openHandles} from './open-handles.js';

export type OpenOptions = Omit<HandleOptions, 'room'> & {
	/** The queue lies in `queue/` below it; the lock is the directory's. */
	readonly stateDirectory: string;
	readonly pid: number;
	/** How much of LMDB's pages is looked at before it opens them. */
	readonly look?: SoundnessOptions['look'];
	/** Told when the environment had to be built anew, before anything else is. */
	readonly onRebuilt?: (rebuilt: Rebuilt) => void;
};

/** Locks the state directory, opens or makes the store, and abandons what was inflight. Throws `BUSY`, `INVALID_CONFIG`, `STORAGE_FAILED`. */
export const openStore = async (options: OpenOptions): Promise<LmdbStore> => {
	const {stateDirectory, clock, pid, look = 'at the start of it'} = options;
	const lock = await lockInstance(stateDirectory, pid);
	try {
		const directory = path.join(stateDirectory, 'queue');
		const rebuilt = await ensureSound(directory, {clock, look});
		const env = openEnvironment(directory);
		const room = new DiskRoom(env, new Ballast(stateDirectory, options.settings.ballastBytes));
		await room.open();
		const opened = await openHandles(env, {...options, room});
		await checkAtStart(opened.handles);
		if (rebuilt !== undefined) {
			options.onRebuilt?.(rebuilt);
			await putRight(opened.handles, {isWhole: false});
		}
		const abandoned = await abandonLeases(opened.handles);
		return new LmdbStore(opened.handles, {...opened, lock, abandoned});
	} catch (error) {
		await lock.release();
		throw error;
	}
};
