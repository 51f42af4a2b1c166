import * as nodeFiles from 'node:fs/promises';
import type {Clock} from '../../runtime/clock.js';
import type {IndexRange, Lease, LeasedPayloads} from '../../storage/store.js';
import type {EntryTrouble, ProbeOutcome, SendContext, SendOutcome, Transport} from '../transport.js';
import type {FileSystem} from './directory/file-system.js';
import {Outbox} from './directory/outbox.js';
import {Parcel} from './directory/parcel.js';
import {Steps} from './directory/steps.js';
import {untilAborted} from './until-aborted.js';

export type DirectoryTransportOptions = {
	/** Absolute. Made when it is missing and what it lies in is there. */
	readonly directory: string;
	readonly clock: Clock;
	/**
	 * Threads that it may hold of those that Node has for disk work, name resolution and the store's commits: four, if
	 * UV_THREADPOOL_SIZE does not say more.
	 */
	readonly diskThreads?: 1 | 2;
	/** Who writes, when several daemons write to one directory: each sweeps only its own leftovers. */
	readonly owner?: string;
	/** `node:fs/promises` when absent. */
	readonly files?: FileSystem;
};

/** Written together, so that one flush of the medium covers many files. */
const BATCH_ENTRIES = 32;
const BATCH_BYTES = 1024 * 1024;

/**
 * Puts each segment into a directory: `<name>` with the payload and `<name>.meta.json` with what is known of it (file-name.ts,
 * sidecar.ts). Both are written under temporary names, fsynced and then named, the sidecar first, so that a reader never sees
 * half a file nor a payload without its sidecar. Acknowledged is what the directory's own fsync has covered. Nothing is ever
 * overwritten: a name that is taken by the same bytes is an acknowledgement, by others a rejection.
 */
export const createDirectoryTransport = (options: DirectoryTransportOptions): Transport =>
	new DirectoryTransport(options);

class DirectoryTransport implements Transport {
	readonly proves = 'peer';
	readonly #outbox: Outbox;
	readonly #steps: Steps;

	constructor({directory, clock, diskThreads = 2, owner = '', files = nodeFiles}: DirectoryTransportOptions) {
		this.#outbox = new Outbox({directory, owner, files});
		this.#steps = new Steps(diskThreads, clock);
	}

	async send(lease: Lease, payloads: LeasedPayloads, context: SendContext): Promise<SendOutcome> {
		const done = new Done(context);
		let trouble: string | undefined;
		try {
			await this.#steps.run(() => this.#outbox.prepare());
			for (let next = 0; next < lease.entryCount && !context.signal.aborted; ) {
				next = await this.#sendBatch(lease, payloads, next, done);
			}
		} catch (error) {
			// The abort of a wait for the rate is no trouble of the directory.
			trouble = context.signal.aborted ? undefined : this.#outbox.trouble(error).message;
		}
		try {
			if (done.hasAcked) {
				await this.#steps.run(() => this.#outbox.sync());
			}
		} catch (error) {
			return {kind: 'link_down', message: this.#outbox.trouble(error).message, bytesSent: done.bytes};
		}
		return done.outcome(trouble);
	}

	async probe(): Promise<ProbeOutcome> {
		try {
			await this.#steps.run(async () => {
				await this.#outbox.prepare();
				const file = await this.#outbox.stage(Buffer.alloc(1));
				try {
					await file.makeDurable();
				} finally {
					await file.discard();
				}
			});
			return {kind: 'well'};
		} catch (error) {
			return {kind: 'down', message: this.#outbox.trouble(error).message};
		}
	}

	async close(): Promise<void> {}

	/** The index behind the batch that begins at `first`. */
	async #sendBatch(lease: Lease, payloads: LeasedPayloads, first: number, done: Done): Promise<number> {
		const parcels: Parcel[] = [];
		let next = first;
		for (let bytes = 0; next < lease.entryCount; next++) {
			const entry = lease.entry(next);
			const isFull = parcels.length === BATCH_ENTRIES || bytes + entry.sizeBytes > BATCH_BYTES;
			if (parcels.length > 0 && isFull) {
				break;
			}
			const payload = payloads.read(next);
			if (typeof payload === 'string') {
				done.troubles.push({index: next, kind: payload, message: WORDS[payload]});
			} else {
				parcels.push(new Parcel(entry, payload, this.#outbox));
				bytes += payload.length;
			}
		}
		await this.#ship(parcels, done);
		return next;
	}

	async #ship(parcels: readonly Parcel[], done: Done): Promise<void> {
		try {
			await this.#steps.spread(parcels, parcel => this.#write(parcel, done));
			const whole = parcels.filter(({left}) => left === 0);
			await this.#steps.each(whole, parcel => parcel.makeDurable());
			await this.#steps.each(whole, parcel => parcel.giveNames());
		} finally {
			for (const {entry, fate} of parcels) {
				done.count(entry.index, fate);
			}
			await this.#discard(parcels.filter(parcel => parcel.hasLeftovers));
		}
	}

	/** Never throws. On a mount that hangs nobody waits for it. */
	async #discard(leftovers: readonly Parcel[]): Promise<void> {
		const discarded = this.#steps.each(leftovers, parcel => parcel.discard()).catch(() => {});
		if (!this.#steps.areStuck) {
			await discarded;
		}
	}

	/** As the rate allows; what the signal ends is not whole. */
	async #write(parcel: Parcel, done: Done): Promise<void> {
		const {pace, signal} = done.context;
		if (signal.aborted) {
			return;
		}
		await this.#steps.run(() => parcel.begin());
		done.wrote(parcel.unasked, 0);
		while (parcel.left > 0) {
			const allowed = await untilAborted(pace(parcel.left), signal);
			if (allowed === undefined) {
				return;
			}
			await this.#steps.run(() => parcel.write(allowed));
			done.wrote(allowed, allowed);
		}
	}
}

const WORDS = {
	missing: 'The payload is not in the store any more',
	corrupt: 'The payload in the store is damaged',
	unneeded: 'It is not to be sent any more',
} as const;

/** What became of the entries of one send so far. */
class Done {
	readonly context: SendContext;
	readonly troubles: EntryTrouble[] = [];
	readonly #acked: IndexRange[] = [];
	#bytes = 0;

	constructor(context: SendContext) {
		this.context = context;
	}

	get bytes(): number {
		return this.#bytes;
	}

	get hasAcked(): boolean {
		return this.#acked.length > 0;
	}

	wrote(bytes: number, paced: number): void {
		if (bytes > 0) {
			this.#bytes += bytes;
			this.context.wrote(bytes, paced);
		}
	}

	/** In rising order of `index`. */
	count(index: number, fate: Parcel['fate']): void {
		if (fate === 'open') {
			return;
		}
		if (fate !== 'named') {
			this.troubles.push({index, kind: 'rejected', message: fate.rejected});
			return;
		}
		const last = this.#acked.at(-1);
		if (last !== undefined && last[1] === index - 1) {
			this.#acked[this.#acked.length - 1] = [last[0], index];
		} else {
			this.#acked.push([index, index]);
		}
	}

	/** Progress comes before trouble: what is left over meets the trouble again with the next lease. */
	outcome(trouble: string | undefined): SendOutcome {
		if (this.hasAcked || this.troubles.length > 0) {
			return {kind: 'answered', acked: this.#acked, troubles: this.troubles, bytesSent: this.#bytes};
		}
		return trouble === undefined
			? {kind: 'unsent', bytesSent: this.#bytes}
			: {kind: 'link_down', message: trouble, bytesSent: this.#bytes};
	}
}
