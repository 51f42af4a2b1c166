import type {FileHandle} from 'node:fs/promises';
import * as nodeFiles from 'node:fs/promises';
import type {FileSystem} from '../../src/delivery/transports/directory/file-system.js';
import type {Teardown} from './temp-dir.js';

/**
 * `before` is called with the name of every call, those on file handles included; what it throws or awaits happens to the call.
 * `skip` leaves the call out. With `t`, files that are still open when the test ends are closed.
 */
export const watchedFiles = (before: (call: string, path: unknown) => unknown, t?: Teardown): FileSystem => {
	const watched = <Target extends object>(target: Target, names: readonly string[], prefix: string): Target =>
		new Proxy(target, {
			get(object, name) {
				const value: unknown = Reflect.get(object, name, object);
				if (typeof value !== 'function' || !names.includes(String(name))) {
					return typeof value === 'function' ? value.bind(object) : value;
				}
				return async (...args: unknown[]) => {
					await before(prefix + String(name), args[0]);
					const result: unknown = await value.apply(object, args);
					if (name !== 'open') {
						return result;
					}
					const handle = result as FileHandle;
					t?.teardown(() => handle.close());
					return watched(handle, HANDLE_CALLS, 'handle.');
				};
			},
		});
	return watched({...nodeFiles} as FileSystem, CALLS, '');
};

const CALLS = ['link', 'lstat', 'mkdir', 'open', 'opendir', 'readFile', 'rename', 'stat', 'unlink'];
const HANDLE_CALLS = ['writeFile', 'sync', 'close'];

/** What the file system says when it refuses. */
export const refusal = (code: string): Error => Object.assign(new Error(`${code}: refused`), {code});
