import {spawn} from 'node:child_process';

export type ProgramEnd = {
	readonly exitCode: number | null;
	readonly stdout: Buffer;
	readonly stderr: string;
	/** More was written than was kept. */
	readonly isCut: boolean;
};

export type ProgramOrder = {
	readonly words: readonly [program: string, ...rest: readonly string[]];
	readonly mostBytes: number;
	readonly signal: AbortSignal;
	readonly uid?: number;
	readonly gid?: number;
};

/** Runs a program to its end, or to that of `signal`. Keeps the last `mostBytes` of what it writes. `undefined` when there is no such program. */
export const runProgram = (order: ProgramOrder): Promise<ProgramEnd | undefined> =>
	new Promise((resolve, reject) => {
		const {words, mostBytes, signal, ...who} = order;
		const [program, ...rest] = words;
		const child = spawn(program, rest, {stdio: ['ignore', 'pipe', 'pipe'], ...who});
		const end = (): void => {
			child.kill('SIGTERM');
		};
		signal.addEventListener('abort', end, {once: true});
		const out = new Tail(mostBytes);
		const errors = new Tail(4096);
		child.stdout.on('data', (piece: Buffer) => out.add(piece));
		child.stderr.on('data', (piece: Buffer) => errors.add(piece));
		child.on('error', (error: NodeJS.ErrnoException) => {
			signal.removeEventListener('abort', end);
			if (error.code === 'ENOENT') {
				resolve(undefined);
			} else {
				reject(error);
			}
		});
		child.on('close', exitCode => {
			signal.removeEventListener('abort', end);
			resolve({exitCode, stdout: out.bytes(), stderr: errors.bytes().toString(), isCut: out.isCut});
		});
	});

/** The last bytes of what comes. */
class Tail {
	readonly #most: number;
	#pieces: Buffer[] = [];
	#length = 0;
	isCut = false;

	constructor(most: number) {
		this.#most = most;
	}

	add(piece: Buffer): void {
		this.#pieces.push(piece);
		this.#length += piece.length;
		for (let first = this.#pieces[0]; first !== undefined && this.#length - first.length >= this.#most; ) {
			this.#pieces.shift();
			this.#length -= first.length;
			this.isCut = true;
			first = this.#pieces[0];
		}
	}

	bytes(): Buffer {
		return Buffer.concat(this.#pieces);
	}
}
