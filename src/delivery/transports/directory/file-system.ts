import type * as promises from 'node:fs/promises';

/** The calls that the directory transport makes; `node:fs/promises` is one. */
export type FileSystem = Pick<
	typeof promises,
	'link' | 'lstat' | 'mkdir' | 'open' | 'opendir' | 'readFile' | 'rename' | 'stat' | 'unlink'
>;

/** The code of a failed call, e.g. `ENOENT`; `undefined` for any other error. */
export const codeOf = (error: unknown): string | undefined =>
	error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/** `undefined` where `code` says that there is nothing. */
export const unless = async <Result>(code: string, call: Promise<Result>): Promise<Result | undefined> => {
	try {
		return await call;
	} catch (error) {
		if (codeOf(error) === code) {
			return undefined;
		}
		throw error;
	}
};
