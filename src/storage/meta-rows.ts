import type {Key} from 'lmdb';
import {put} from './atomically.js';
import type {Environment} from './environment.js';
import {copyKey} from './meta-keys.js';

/**
 * Inside a body. For rows of `meta` that nothing else tells: the copy has another key and thus another checksum, and damage to one
 * of the two leaves the other.
 */
export const putTwice = ({meta}: Pick<Environment, 'meta'>, key: Key, value: Buffer): void => {
	put(meta, key, value);
	put(meta, copyKey(key), value);
};

/** Outside a body: the row, or its copy when it is damaged or gone. */
export const readTwice = ({meta}: Pick<Environment, 'meta'>, key: Key): Buffer | undefined =>
	meta.get(key) ?? meta.get(copyKey(key));
