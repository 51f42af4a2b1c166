import {spawn} from 'node:child_process';
import {once} from 'node:events';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

export type FlipResult = {
	readonly bit: number;
	/** The process was ended by this signal. */
	readonly crashed?: string;
	/** The store did not start. */
	readonly refused?: string;
	readonly named?: number;
	readonly wasRebuilt?: boolean;
	readonly wrong?: number;
	readonly delivered?: number;
	readonly buried?: number;
	/** Below 0: so many more are told of than there are. What has lost its proof is delivered, and counted, once more. */
	readonly unaccounted?: number;
	readonly left?: number;
};

const CHILD = fileURLToPath(new URL('child.js', import.meta.url));

/** Flips each bit by itself in a copy of the store in `base`; a process that LMDB ends is counted, and the next goes on behind it. */
export const runFlips = async (
	base: string,
	bits: readonly number[],
	total: number,
	note: (result: FlipResult) => void = () => {},
): Promise<readonly FlipResult[]> => {
	const results: FlipResult[] = [];
	const add = (result: FlipResult) => {
		results.push(result);
		note(result);
	};
	while (results.length < bits.length) {
		const rest = bits.slice(results.length);
		const child = spawn(
			process.execPath,
			[CHILD, base, path.join(base, 'trial'), JSON.stringify(rest), String(total)],
			{
				stdio: ['ignore', 'pipe', 'inherit'],
			},
		);
		let output = '';
		child.stdout.on('data', (piece: Buffer) => {
			output += piece.toString();
		});
		const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
		for (const line of output.trim().split('\n')) {
			const result = JSON.parse(line) as FlipResult & {begun?: true};
			if (result.begun === undefined) {
				add(result);
			}
		}
		const next = bits[results.length];
		if (next !== undefined) {
			add({bit: next, crashed: signal ?? `exit ${code}`});
		}
	}
	return results;
};

/** Which promises were broken; empty when all were kept. */
export const brokenBy = ({
	crashed,
	refused,
	wrong,
	named,
	buried,
	unaccounted,
	left,
}: FlipResult): string[] => [
	...(crashed === undefined ? [] : [`the process ended by ${crashed}`]),
	...(refused === undefined ? [] : [`it did not start: ${refused}`]),
	...((wrong ?? 0) === 0 ? [] : [`${wrong} wrong payloads were delivered`]),
	...((left ?? 0) === 0 ? [] : [`${left} were never delivered`]),
	...((unaccounted ?? 0) <= 0 ? [] : [`${unaccounted} are gone without a trace`]),
	...((buried ?? 0) > 0 && named === 0 ? ['fsck did not name what cost a record'] : []),
];
