import {stat} from 'node:fs/promises';
import path from 'node:path';
import {CHAIN_START, decodeLine, hashOf, type Link} from '../line.js';
import {listDayFiles} from './day-files.js';
import {linesBackward, type RawLine} from './raw-lines.js';

/** How the trail in a directory ends. */
export type Tail = {
	/** The newest file and how much of it is whole lines; `undefined` when there is no file. */
	readonly file: {readonly name: string; readonly end: number} | undefined;
	/** Bytes behind the last newline: a write that power or SIGKILL cut off. */
	readonly unfinishedBytes: number;
	/** Of the last whole line, wherever it is; `CHAIN_START` when there is none. */
	readonly last: Link;
	/** Acts of the lines behind the known one. */
	readonly acts: ReadonlySet<number>;
	/** Why the known line is not the one that it was, in a sentence; `undefined` when all is well. */
	readonly damage: string | undefined;
};

/** Lines that are looked at for the known one: a crash leaves a few behind it. */
const MOST_BEHIND = 10_000;

/**
 * Looks at the end of the trail in `directory`, and whether `known`, the last line that the store knows of, is in its place. Changes
 * nothing.
 */
export const readTail = async (directory: string, known: Link | undefined): Promise<Tail> => {
	const names = listDayFiles(directory);
	const newest = names.at(-1);
	if (newest === undefined) {
		return emptyTail(known);
	}
	const {size} = await stat(path.join(directory, newest));
	const search = new Search(known);
	let unfinishedBytes = 0;
	for (const name of names.toReversed()) {
		for await (const line of linesBackward(path.join(directory, name))) {
			if (line.end === 'none') {
				unfinishedBytes += name === newest ? line.byteLength : 0;
			} else {
				search.see(line, name);
			}
			if (search.isOver) {
				break;
			}
		}
		if (search.isOver) {
			break;
		}
	}
	return {
		file: {name: newest, end: size - unfinishedBytes},
		unfinishedBytes,
		last: search.last ?? CHAIN_START,
		acts: search.acts,
		damage: search.damage ?? goneFrom(search.last ?? CHAIN_START, known),
	};
};

/** Of a directory without files. */
export const emptyTail = (known: Link | undefined): Tail => ({
	file: undefined,
	unfinishedBytes: 0,
	last: CHAIN_START,
	acts: new Set(),
	damage: goneFrom(CHAIN_START, known),
});

/** From the last line back to the known one. */
class Search {
	last: Link | undefined;
	damage: string | undefined;
	readonly acts = new Set<number>();
	readonly #known: Link | undefined;
	#seen = 0;
	#isFound = false;
	/** Of the last line, where that cannot be read, and how many cannot. */
	#unreadable: {readonly hash: string; count: number} | undefined;

	constructor(known: Link | undefined) {
		this.#known = known;
	}

	get isOver(): boolean {
		const isKnown = this.#known === undefined || this.#known.seq === 0 || this.#isFound;
		return (this.last !== undefined && (this.damage !== undefined || isKnown)) || this.#seen > MOST_BEHIND;
	}

	see({bytes, end}: RawLine, name: string): void {
		this.#seen++;
		const line = end === 'too long' ? {why: 'is longer than any that edged writes'} : decodeLine(bytes);
		if ('why' in line) {
			this.damage ??= `a line near the end of ${name} ${line.why}`;
			this.#unreadable ??= {hash: hashOf(bytes), count: 0};
			this.#unreadable.count++;
			return;
		}
		const link = {seq: line.seq, hash: hashOf(bytes)};
		this.last ??= this.#behindUnreadable(line.seq) ?? link;
		const known = this.#known;
		if (known === undefined || line.seq > known.seq) {
			if (line.act !== undefined) {
				this.acts.add(line.act);
			}
		} else if (line.seq === known.seq) {
			this.#isFound = true;
			this.damage ??= link.hash === known.hash ? undefined : `line ${known.seq} in ${name} was changed`;
		} else {
			this.damage ??= goneFrom(link, known);
		}
	}

	/** `seq`: of the line before those that cannot be read. */
	#behindUnreadable(seq: number): Link | undefined {
		return this.#unreadable && {seq: seq + this.#unreadable.count, hash: this.#unreadable.hash};
	}
}

/** `found`: the line where the known one or a later one should be. */
const goneFrom = (found: Link, known: Link | undefined): string | undefined => {
	if (known === undefined || found.seq >= known.seq) {
		return undefined;
	}
	const [first, last] = [found.seq + 1, known.seq];
	return first === last ? `line ${last} is gone` : `lines ${first} to ${last} are gone`;
};
