import type {IndexRange} from './store.js';

/** One entry that the receiver refused, in its words. */
export type Refusal = {
	readonly index: number;
	/** An `EdgedErrorCode` of the receiver, which may be a newer edged with codes not known here. */
	readonly code: string;
	readonly message: string;
};

export type ParsedAnswer = {
	readonly kind: 'answer';
	readonly accepted: readonly IndexRange[];
	readonly duplicate: readonly IndexRange[];
	readonly rejected: readonly Refusal[];
};
/** The text is no answer to the request: nothing of it may be believed. */
export type AnswerFault = {readonly kind: 'fault'; readonly message: string};

/** Collects what became of the entries 0, 1, 2, ... of a request, each exactly once and in this order. */
export class AnswerBuilder {
	readonly #accepted: Array<[number, number]> = [];
	readonly #duplicate: Array<[number, number]> = [];
	readonly #rejected: Refusal[] = [];
	#next = 0;

	accept(): void {
		extend(this.#accepted, this.#next++);
	}

	duplicate(): void {
		extend(this.#duplicate, this.#next++);
	}

	reject(code: string, message: string): void {
		this.#rejected.push({index: this.#next++, code, message: message.slice(0, MAX_MESSAGE_LENGTH)});
	}

	/** The answer to the request with `digest`, as JSON. */
	toJson(digest: string): string {
		return JSON.stringify({
			request_digest: digest,
			accepted: this.#accepted,
			duplicate: this.#duplicate,
			rejected: this.#rejected,
		});
	}
}

const MAX_MESSAGE_LENGTH = 256;
const MAX_CODE_LENGTH = 64;

/** More bytes than an answer for `entryCount` entries can have. */
export const maxAnswerBytes = (entryCount: number): number => 65_536 + 2048 * entryCount;

/** Believes `text` only if it answers the request with `digest`, for every one of its entries exactly once. */
export const parseAnswer = (text: string, entryCount: number, digest: string): ParsedAnswer | AnswerFault => {
	const answer = parseJson(text);
	if (answer === undefined) {
		return fault('it is no JSON object');
	}
	if (answer.request_digest !== digest) {
		return fault('it names another request');
	}
	const accepted = asRanges(answer.accepted);
	const duplicate = asRanges(answer.duplicate);
	const rejected = asRefusals(answer.rejected);
	if (accepted === undefined || duplicate === undefined || rejected === undefined) {
		return fault('accepted, duplicate or rejected is out of form');
	}
	const coverage = new Coverage(entryCount);
	for (const [first, last] of [...accepted, ...duplicate]) {
		coverage.add(first, last);
	}
	for (const {index} of rejected) {
		coverage.add(index, index);
	}
	return coverage.fault === undefined
		? {kind: 'answer', accepted, duplicate, rejected}
		: fault(coverage.fault);
};

type RawAnswer = Partial<Record<'request_digest' | 'accepted' | 'duplicate' | 'rejected', unknown>>;

const fault = (message: string): AnswerFault => ({kind: 'fault', message});

/** Ticks off entries; the first that is named twice or not there is the fault, else one that nobody named. */
class Coverage {
	readonly #named: Uint8Array;
	#count = 0;
	#fault: string | undefined;

	constructor(entryCount: number) {
		this.#named = new Uint8Array(entryCount);
	}

	add(first: number, last: number): void {
		if (last >= this.#named.length) {
			this.#fault ??= `it names entry ${last}, which was not sent`;
			return;
		}
		for (let index = first; index <= last && this.#fault === undefined; index++) {
			if (this.#named[index] === 1) {
				this.#fault = `it names entry ${index} twice`;
			}
			this.#named[index] = 1;
			this.#count++;
		}
	}

	get fault(): string | undefined {
		if (this.#fault === undefined && this.#count < this.#named.length) {
			return `it does not name entry ${this.#named.indexOf(0)}`;
		}
		return this.#fault;
	}
}

const extend = (ranges: Array<[number, number]>, index: number): void => {
	const last = ranges.at(-1);
	if (last !== undefined && last[1] === index - 1) {
		last[1] = index;
	} else {
		ranges.push([index, index]);
	}
};

const parseJson = (text: string): RawAnswer | undefined => {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === 'object' && value !== null ? (value as RawAnswer) : undefined;
	} catch {
		return undefined;
	}
};

const asRanges = (value: unknown): readonly IndexRange[] | undefined =>
	Array.isArray(value) && value.every(isRange) ? value : undefined;

const isRange = (value: unknown): value is IndexRange =>
	Array.isArray(value) &&
	value.length === 2 &&
	isIndex(value[0]) &&
	isIndex(value[1]) &&
	value[0] <= value[1];

const isIndex = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const asRefusals = (value: unknown): readonly Refusal[] | undefined => {
	if (!Array.isArray(value)) {
		return undefined;
	}
	const refusals: Refusal[] = [];
	for (const item of value as unknown[]) {
		const {index, code, message} = (item ?? {}) as Partial<Record<keyof Refusal, unknown>>;
		if (!isIndex(index) || typeof code !== 'string' || typeof message !== 'string') {
			return undefined;
		}
		refusals.push({
			index,
			code: code.slice(0, MAX_CODE_LENGTH),
			message: message.slice(0, 4 * MAX_MESSAGE_LENGTH),
		});
	}
	return refusals;
};
