import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {closeSync, openSync, rmSync, statfsSync, writeSync} from 'node:fs';
import {mkdir, mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import type {Teardown} from './temp-dir.js';

/** A file system of a few megabytes: what is written to it beyond that fails as on any full disk. */
export type SmallDisk = {
	/** Below it nothing exists yet. */
	readonly stateDirectory: string;
	freeBytes(): number;
	/** Takes what is free, but for `leave` bytes. */
	fillUp(leave?: number): void;
	/** Gives back what `fillUp` took. */
	makeRoom(): void;
	/** As the kernel does after an error of the disk. Nothing on it may be open for writing. */
	makeReadOnly(): Promise<void>;
};

/** A mount of its own in a namespace of its own: as any user where the kernel allows that, else as root. */
const WAYS = [['-Urm'], ['-m', '--propagation', 'private']] as const;
const usableWay = WAYS.find(
	way =>
		spawnSync('unshare', [...way, 'mount', '-t', 'tmpfs', '-o', 'size=1m', 'none', tmpdir()]).status === 0,
);

const MISSING = `neither \`unshare ${WAYS[0].join(' ')}\` nor root may mount a tmpfs here`;

/** A test that needs a disk that can be filled up. Where no namespace for it can be had it is skipped, and said so; in CI it fails. */
export const smallDiskTest = (title: string, body: (t: ExecutionContext) => Promise<void>): void => {
	if (usableWay !== undefined) {
		test.serial(title, body);
	} else if (process.env['CI'] === undefined) {
		test.skip(`${title} (${MISSING})`, body);
	} else {
		test(title, t => t.fail(MISSING));
	}
};

/** The mount goes with the process that holds it, and that with this one: nothing is left behind, whatever happens. */
export const smallDisk = async (t: Teardown, mebibytes: number): Promise<SmallDisk> => {
	const point = await mkdtemp(path.join(tmpdir(), 'edged-disk-'));
	// Node's realpath, by which the lock of a state directory gets its name, walks out of the namespace and must find something.
	await mkdir(path.join(point, STATE));
	const script = `mount -t tmpfs -o size=${mebibytes}m none ${point} && echo ready && while read -r mode; do mount -o remount,$mode ${point} && echo done; done`;
	const holder = spawn('unshare', [...(usableWay ?? WAYS[0]), 'sh', '-c', script], {
		stdio: ['pipe', 'pipe', 'inherit'],
	});
	const exited = once(holder, 'exit');
	t.teardown(async () => {
		holder.stdin.end();
		await exited;
		await rm(point, {recursive: true, force: true});
	});
	await once(holder.stdout, 'data');
	const directory = `/proc/${holder.pid}/root${point}`;
	const filler = path.join(directory, 'filler');
	const freeBytes = (): number => {
		const {bavail, bsize} = statfsSync(directory);
		return bavail * bsize;
	};
	return {
		stateDirectory: path.join(directory, STATE),
		freeBytes,
		fillUp: (leave = 0) => fill(filler, freeBytes() - leave),
		makeRoom: () => rmSync(filler, {force: true}),
		makeReadOnly: async () => {
			const done = once(holder.stdout, 'data');
			holder.stdin.write('ro\n');
			await done;
		},
	};
};

const STATE = 'state';
const PIECE = Buffer.alloc(64 * 1024, 'x');

const fill = (file: string, byteLength: number): void => {
	const descriptor = openSync(file, 'a');
	try {
		for (let left = byteLength; left > 0; ) {
			left -= writeSync(descriptor, PIECE, 0, Math.min(left, PIECE.length));
		}
	} catch (error) {
		if ((error as {code?: string}).code !== 'ENOSPC') {
			throw error;
		}
	} finally {
		closeSync(descriptor);
	}
};
