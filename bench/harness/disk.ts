import {execFile} from 'node:child_process';
import {readFileSync, statSync} from 'node:fs';
import {promisify} from 'node:util';

/** Linux counts in sectors of 512 bytes whatever the device's own are (Documentation/admin-guide/iostats.rst). */
const SECTOR_BYTES = 512;

export type DeviceNumbers = {readonly major: number; readonly minor: number};
export type DeviceWrites = {readonly name: string; readonly bytesWritten: number};

/** The row of one device, or `undefined` when the kernel keeps none (tmpfs, overlay, a container's view). */
export const parseDiskstats = (text: string, {major, minor}: DeviceNumbers): DeviceWrites | undefined => {
	for (const line of text.split('\n')) {
		const fields = line.trim().split(/\s+/);
		const sectorsWritten = Number(fields[9]);
		if (Number(fields[0]) === major && Number(fields[1]) === minor && Number.isFinite(sectorsWritten)) {
			return {name: fields[2] ?? '', bytesWritten: sectorsWritten * SECTOR_BYTES};
		}
	}
	return undefined;
};

/** Splits `st_dev` as glibc's gnu_dev_major and gnu_dev_minor do. */
export const deviceNumbers = (device: bigint): DeviceNumbers => ({
	major: Number(((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xfffff000n)),
	minor: Number((device & 0xffn) | ((device >> 12n) & 0xffffff00n)),
});

/** What the block device below `directory` has written since boot: by this process and by everybody else. */
export const deviceWrites = (directory: string): DeviceWrites | undefined => {
	const {dev} = statSync(directory, {bigint: true});
	try {
		return parseDiskstats(readFileSync('/proc/diskstats', 'utf8'), deviceNumbers(dev));
	} catch {
		return undefined;
	}
};

/** Writes out what is dirty on the file system of `directory`, so that it does not count for the next round. */
export const syncFileSystem = async (directory: string): Promise<void> => {
	await promisify(execFile)('sync', ['-f', directory]);
};
