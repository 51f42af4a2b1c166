import type {Key} from 'lmdb';
import * as lmdb from 'lmdb';

/** Of lmdb, missing in its types: how it writes a key, and the inverse. */
const {bufferToKeyValue, keyValueToBuffer} = lmdb as unknown as {
	bufferToKeyValue(bytes: Buffer): Key;
	keyValueToBuffer(key: Key): Buffer;
};

/** `undefined` for what is no key. */
export const keyFrom = (bytes: Buffer): Key | undefined => {
	try {
		return bufferToKeyValue(Buffer.from(bytes));
	} catch {
		return undefined;
	}
};

/** `false` for a key that is read as another one, or as none: whoever asks for it does not find it. */
export const isAsWritten = (bytes: Buffer): boolean => {
	const key = keyFrom(bytes);
	return key !== undefined && keyValueToBuffer(key).equals(bytes);
};
