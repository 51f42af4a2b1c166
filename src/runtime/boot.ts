import {readFileSync} from 'node:fs';
import {hrtime} from 'node:process';

/** The run of the machine that this process is part of. */
export type Boot = {
	/** 16 bytes: another after each start of the machine. */
	readonly id: Buffer;
	/** Milliseconds that the machine has run; no setting of the wall clock moves it, and other processes see the same. */
	uptimeMs(): number;
};

const BOOT_ID_FILE = '/proc/sys/kernel/random/boot_id';
const BOOT_ID = /^(?:[0-9a-f]{8})(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** `undefined` where the kernel does not tell. */
export const currentBoot = (file: string = BOOT_ID_FILE): Boot | undefined => {
	try {
		const text = readFileSync(file, 'latin1').trim();
		return BOOT_ID.test(text)
			? {
					id: Buffer.from(text.replaceAll('-', ''), 'hex'),
					uptimeMs: () => Number(hrtime.bigint() / 1_000_000n),
				}
			: undefined;
	} catch {
		return undefined;
	}
};
