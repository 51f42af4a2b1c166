import path from 'node:path';
import {type AuditLine, CHAIN_START, decodeLine, hashOf, type Link} from '../line.js';
import {lookAtDayFiles} from '../trail/day-files.js';
import {linesForward, type RawLine} from '../trail/raw-lines.js';
import {checkEnd, type EndCheck} from './verify-end.js';

export type Break = {
	readonly file: string;
	/** Counted from 1 in its file. */
	readonly line: number;
	/** A sentence without its end. */
	readonly what: string;
};

/** What a look at every line of a trail has found. As it goes to who asked for JSON. */
export type Verification = {
	readonly directory: string;
	readonly files: readonly string[];
	readonly lines: number;
	/** Their numbers; absent in an empty trail. */
	readonly first_seq?: number;
	readonly last_seq?: number;
	readonly last_hash?: string;
	readonly last_timestamp?: string;
	/** Days before the first line were removed by a prune that the trail tells of. */
	readonly is_pruned: boolean;
	/** The first ten. */
	readonly breaks: readonly Break[];
	readonly break_count: number;
	/** Bytes of a line that was never finished: it was acknowledged to nobody. */
	readonly unfinished_bytes: number;
	readonly end: EndCheck;
	/** What has the name of a day and is no file: nothing of it was read. */
	readonly not_files: readonly NotFile[];
};

export type NotFile = {
	readonly file: string;
	/** In words that complete "it is ...". */
	readonly what: string;
};

const MOST_BREAKS = 10;

/** Reads the whole trail in `directory`, one line at a time. `known`: the last line as the daemon knows it; without it a cut end cannot be told. */
export const verifyTrail = async (directory: string, known?: Link): Promise<Verification> => {
	const {files, noFiles} = lookAtDayFiles(directory);
	const walk = new Walk(known?.seq);
	for (const [index, name] of files.entries()) {
		walk.beginFile(name);
		for await (const raw of linesForward(path.join(directory, name))) {
			walk.see(raw, index === files.length - 1 ? 'last file' : 'earlier file');
		}
	}
	const notFiles = noFiles.map(({name, what}) => ({file: name, what}));
	return {...walk.result(directory, files, known), not_files: notFiles};
};

type Place = {readonly file: string; readonly line: number};

/** From the first line to the last. */
class Walk {
	#place: Place = {file: '', line: 0};
	#former: (Link & {readonly place: Place}) | undefined;
	#first: AuditLine | undefined;
	#firstPlace: Place = {file: '', line: 1};
	#last: AuditLine | undefined;
	#lines = 0;
	#unfinishedBytes = 0;
	#breaks: Break[] = [];
	#breakCount = 0;
	/** Lines after which a prune says that the trail begins. */
	readonly #anchors = new Map<number, string>();
	readonly #watched: number | undefined;
	#atWatched: string | undefined;

	constructor(watched: number | undefined) {
		this.#watched = watched;
	}

	beginFile(file: string): void {
		this.#place = {file, line: 0};
	}

	see({bytes, end, byteLength}: RawLine, where: 'last file' | 'earlier file'): void {
		this.#place = {file: this.#place.file, line: this.#place.line + 1};
		if (end === 'none' && where === 'last file') {
			this.#unfinishedBytes = byteLength;
			return;
		}
		this.#lines++;
		const hash = hashOf(bytes);
		const line = end === 'newline' ? decodeLine(bytes) : {why: UNREADABLE[end]};
		if ('why' in line) {
			this.#break(this.#place, `this line ${line.why}: edged did not write it`);
			this.#former = this.#former && {seq: this.#former.seq + 1, hash, place: this.#place};
			return;
		}
		this.#compare(line);
		this.#former = {seq: line.seq, hash, place: this.#place};
		this.#last = line;
		if (line.seq === this.#watched) {
			this.#atWatched = hash;
		}
		const {after_seq: afterSeq, after_hash: afterHash} = line.fields;
		if (line.event_name === 'audit.pruned' && typeof afterSeq === 'number' && typeof afterHash === 'string') {
			this.#anchors.set(afterSeq, afterHash);
		}
	}

	result(
		directory: string,
		files: readonly string[],
		known: Link | undefined,
	): Omit<Verification, 'not_files'> {
		const isPruned = this.#checkBeginning();
		const last = this.#former;
		const end = checkEnd({seq: last?.seq ?? 0, hash: last?.hash ?? CHAIN_START.hash}, known, this.#atWatched);
		return {
			directory,
			files,
			lines: this.#lines,
			...(this.#first !== undefined && {first_seq: this.#first.seq}),
			...(this.#last !== undefined && {
				last_seq: this.#last.seq,
				last_timestamp: this.#last.timestamp,
			}),
			...(last !== undefined && {last_hash: last.hash}),
			is_pruned: isPruned,
			breaks: this.#breaks,
			break_count: this.#breakCount,
			unfinished_bytes: this.#unfinishedBytes,
			end,
		};
	}

	#compare(line: AuditLine): void {
		const former = this.#former;
		if (former === undefined) {
			if (this.#first === undefined) {
				this.#first = line;
				this.#firstPlace = this.#place;
			}
			return;
		}
		if (line.seq > former.seq + 1) {
			this.#break(
				this.#place,
				`${linesAre(former.seq + 1, line.seq - 1)} missing before this one, which is number ${line.seq}`,
			);
		} else if (line.seq <= former.seq) {
			this.#break(
				this.#place,
				`number ${line.seq} stands behind number ${former.seq}: put in, repeated, or out of its order`,
			);
		} else if (line.prev !== former.hash) {
			this.#break(
				former.place,
				`number ${former.seq} was changed, or put in for another, after number ${line.seq} was written`,
			);
		}
	}

	/** Whether what is missing before the first line is accounted for. */
	#checkBeginning(): boolean {
		const first = this.#first;
		if (first === undefined) {
			return false;
		}
		if (first.seq === 1) {
			if (first.prev !== CHAIN_START.hash) {
				this.#break(this.#firstPlace, 'the first line names one before it, and there can be none', 'first');
			}
			return false;
		}
		const isTold = this.#anchors.get(first.seq - 1) === first.prev;
		if (!isTold) {
			const missing = linesAre(1, first.seq - 1);
			this.#break(
				this.#firstPlace,
				`${missing} missing before this one, and no prune in the trail tells of it`,
				'first',
			);
		}
		return isTold;
	}

	#break({file, line}: Place, what: string, at: 'first' | 'next' = 'next'): void {
		this.#breakCount++;
		const found = {file, line, what};
		this.#breaks = (at === 'first' ? [found, ...this.#breaks] : [...this.#breaks, found]).slice(
			0,
			MOST_BREAKS,
		);
	}
}

const UNREADABLE = {
	none: 'is unfinished, though a later file goes on',
	'too long': 'is longer than any that edged writes',
} as const;

const linesAre = (first: number, last: number): string =>
	first === last ? `number ${first} is` : `numbers ${first} to ${last} are`;
