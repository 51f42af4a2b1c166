import {EdgedError} from '../outbound/errors.js';
import {atomically} from './atomically.js';
import {BlockPlan} from './block-plan.js';
import {DuplicateFinder, type Verdict} from './duplicates.js';
import {type EncodedBlock, encodeBlock} from './encode-block.js';
import {enqueuedOf} from './enqueued.js';
import {Evictor} from './evict.js';
import type {StoreHandles} from './handles.js';
import {makeRoom} from './make-room.js';
import {type PreparedDraft, prepareDraft} from './prepared-draft.js';
import {checkQuota} from './quota-desk.js';
import type {Enqueued, SegmentDraft} from './store.js';
import {writeBlocks} from './write-blocks.js';

type Call = {
	readonly drafts: readonly PreparedDraft[];
	readonly payloadBytes: number;
	readonly mode: 'all' | 'each';
	readonly resolve: (enqueued: Enqueued) => void;
	readonly reject: (error: unknown) => void;
};
type Planned = {readonly call: Call; readonly verdicts: readonly Verdict[]};

/**
 * A commit takes calls until one of these is passed; the rest form the next. Planning and writing so many entries keeps the main thread for
 * some ten milliseconds, beside which the fsync that they share is little.
 */
const GROUP_BYTES = 8 * 1024 * 1024;
const GROUP_ENTRIES = 4096;

/** Lets many enqueue calls share one fsync: the next group forms while the one before it is written. */
export class GroupCommit {
	readonly #handles: StoreHandles;
	readonly #evictor: Evictor;
	#waiting: Call[] = [];
	readonly #between: (() => Promise<void>)[] = [];
	#running: Promise<void> | undefined;

	constructor(handles: StoreHandles) {
		this.#handles = handles;
		this.#evictor = new Evictor(handles);
	}

	/** See `OutboundStore.enqueue`. Hashes at once, so that hashing overlaps the commit that is under way. */
	async enqueue(drafts: readonly SegmentDraft[], mode: 'all' | 'each'): Promise<Enqueued> {
		const {maxSegmentBytes} = this.#handles.settings;
		const prepared: PreparedDraft[] = [];
		let payloadBytes = 0;
		for (const draft of drafts) {
			prepared.push(prepareDraft(draft, maxSegmentBytes));
			checkQuota(this.#handles, draft);
			payloadBytes += draft.payload.length;
		}
		return new Promise<Enqueued>((resolve, reject) => {
			this.#waiting.push({drafts: prepared, payloadBytes, mode, resolve, reject});
			this.#running ??= this.#run();
		});
	}

	/** Runs `work` between two group commits: meanwhile no segments come in, so that what it finds of ids stays true. */
	alone<Result>(work: () => Promise<Result>): Promise<Result> {
		return new Promise<Result>((resolve, reject) => {
			this.#between.push(async () => {
				try {
					this.#requireOpen();
					resolve(await work());
				} catch (error) {
					reject(error);
				}
			});
			this.#running ??= this.#run();
		});
	}

	/** Resolves when nothing is waiting or being written. */
	async finished(): Promise<void> {
		await this.#running;
	}

	async #run(): Promise<void> {
		// Calls of the same turn join the first group.
		await new Promise(resolve => setImmediate(resolve));
		while (this.#waiting.length > 0 || this.#between.length > 0) {
			if (this.#waiting.length > 0) {
				await this.#commit(this.#takeGroup());
			}
			await this.#between.shift()?.();
		}
		this.#running = undefined;
	}

	#takeGroup(): readonly Call[] {
		let bytes = 0;
		let entries = 0;
		let end = 0;
		for (const {drafts, payloadBytes} of this.#waiting) {
			if (end > 0 && (bytes >= GROUP_BYTES || entries >= GROUP_ENTRIES)) {
				break;
			}
			end++;
			entries += drafts.length;
			bytes += payloadBytes;
		}
		const group = this.#waiting.slice(0, end);
		this.#waiting = this.#waiting.slice(end);
		return group;
	}

	async #commit(calls: readonly Call[]): Promise<void> {
		const {storeId} = this.#handles;
		let taken: readonly Planned[] = [];
		try {
			this.#requireOpen();
			const {planned, blocks} = this.#plan(calls);
			taken = planned;
			if (blocks.length > 0) {
				await this.#write(blocks);
			}
			for (const {call, verdicts} of planned) {
				call.resolve(enqueuedOf(call.drafts, verdicts, storeId));
			}
			this.#announce(blocks);
		} catch (error) {
			const failed = taken.length === 0 ? calls : taken.map(({call}) => call);
			if (failed.length > 1 && error instanceof EdgedError && isWantOfRoom(error)) {
				await this.#commitOneByOne(failed);
				return;
			}
			for (const call of failed) {
				call.reject(error);
			}
		}
	}

	#requireOpen(): void {
		const {env, closed} = this.#handles;
		if (closed) {
			throw new EdgedError('SHUTTING_DOWN', 'the store is closed');
		}
		if (!env.isInPlace()) {
			throw lostPlace(env.path);
		}
	}

	/** Together they do not fit; a small call is not refused because a large one came with it. */
	async #commitOneByOne(calls: readonly Call[]): Promise<void> {
		for (const call of calls) {
			await this.#commit([call]);
		}
	}

	/** Refuses the calls that conflict; the others become blocks. */
	#plan(calls: readonly Call[]): {
		readonly planned: readonly Planned[];
		readonly blocks: readonly EncodedBlock[];
	} {
		const {numbers, storeId, age, clock} = this.#handles;
		const finder = new DuplicateFinder(this.#handles);
		const plan = new BlockPlan(numbers, storeId);
		const planned: Planned[] = [];
		for (const call of calls) {
			const verdicts = call.drafts.map(draft => finder.judge(draft));
			const conflict = call.mode === 'all' ? verdicts.findIndex(({status}) => status === 'conflict') : -1;
			if (conflict >= 0) {
				finder.forget(call.drafts);
				call.reject(conflictError(call.drafts[conflict], verdicts[conflict], conflict));
			} else {
				call.drafts.forEach((draft, index) => {
					if (verdicts[index]?.status === 'new') {
						plan.add(draft);
					}
				});
				planned.push({call, verdicts});
			}
		}
		const createdAge = age.now();
		const createdAt = clock.now();
		return {
			planned,
			blocks: plan.blocks.map(block => encodeBlock(block, storeId, {age: createdAge, wall: createdAt})),
		};
	}

	async #write(blocks: readonly EncodedBlock[]): Promise<void> {
		const bytes = blocks.reduce((sum, {table, planned}) => sum + table.length + planned.payloadBytes, 0);
		this.#handles.room.admit(bytes);
		await makeRoom(this.#handles, bytes, this.#evictor);
		await atomically(
			this.#handles,
			changes => {
				writeBlocks(this.#handles, blocks, changes);
			},
			'leaves the reserve',
		);
	}

	#announce(blocks: readonly EncodedBlock[]): void {
		const peers = new Set(blocks.flatMap(({planned}) => planned.route.peers));
		for (const peer of peers) {
			this.#handles.announce(peer);
		}
	}
}

const isWantOfRoom = ({code}: EdgedError): boolean => code === 'QUEUE_FULL' || code === 'STORAGE_FULL';

/** lmdb writes on into a file without a name. What waits is still delivered; what is new would be lost with the process. */
const lostPlace = (directory: string): EdgedError =>
	new EdgedError(
		'STORAGE_FAILED',
		`the store in ${directory} was removed or replaced under the running edged: nothing is stored; let it deliver what it has, then restart it`,
	);

const conflictError = (
	draft: PreparedDraft | undefined,
	verdict: Verdict | undefined,
	index: number,
): EdgedError => {
	const why = verdict?.status === 'conflict' ? verdict.note : undefined;
	const id = draft?.givenId;
	return new EdgedError('CONFLICT', `segment ${id ?? `number ${index}`}: ${why ?? 'the id is taken'}`, {
		...(id === undefined ? {} : {segment_id: id}),
		index,
	});
};
