import {createHash} from 'node:crypto';
import type {Stats} from 'node:fs';
import type {LeasedEntry} from '../../../storage/store.js';
import {payloadFileName, sidecarFileName} from './file-name.js';
import {codeOf, unless} from './file-system.js';
import type {Outbox} from './outbox.js';
import {compareSidecar, sidecarOf} from './sidecar.js';
import type {StagedFile} from './staged-file.js';

/** What became of a segment: `named` is durable once the directory is synced. */
export type Fate = 'open' | 'named' | {readonly rejected: string};

const NOTHING = Buffer.alloc(0);

/** One segment on its way into the directory: staged, made durable, given its names; the sidecar before the payload. */
export class Parcel {
	readonly entry: LeasedEntry;
	readonly #outbox: Outbox;
	readonly #payload: Uint8Array;
	readonly #sidecar: Uint8Array;
	readonly #name: string;
	#payloadFile: StagedFile | undefined;
	#sidecarFile: StagedFile | undefined;
	#written = 0;
	#unasked = 0;
	#fate: Fate = 'open';

	constructor(entry: LeasedEntry, payload: Uint8Array, outbox: Outbox) {
		this.entry = entry;
		this.#outbox = outbox;
		this.#payload = payload;
		this.#sidecar = sidecarOf(entry);
		this.#name = payloadFileName(entry.segmentId);
	}

	get fate(): Fate {
		return this.#fate;
	}

	/** Bytes of both files that are to be written still; none once the fate is decided. */
	get left(): number {
		return this.#fate === 'open' ? this.#payload.length + this.#sidecar.length - this.#written : 0;
	}

	/** Bytes that `begin` has written: of a sidecar that was missing. */
	get unasked(): number {
		return this.#unasked;
	}

	/** Begins both files under temporary names; a name that is taken decides the fate at once. */
	async begin(): Promise<void> {
		const found = await this.#whileNamesFit(() => this.#find());
		if (this.#fate !== 'open') {
			return;
		}
		if (found !== undefined) {
			await this.#compare(found);
		}
		if (this.#fate === 'open') {
			this.#payloadFile = await this.#outbox.stage(NOTHING);
			this.#sidecarFile = await this.#outbox.stage(NOTHING);
		}
	}

	/** Writes the next `bytes`: of the payload, then of the sidecar. */
	async write(bytes: number): Promise<void> {
		const from = this.#written;
		const to = from + bytes;
		const ofPayload = this.#payload.length;
		this.#written = to;
		await this.#payloadFile?.append(this.#payload.subarray(from, to));
		await this.#sidecarFile?.append(
			this.#sidecar.subarray(Math.max(0, from - ofPayload), Math.max(0, to - ofPayload)),
		);
	}

	async makeDurable(): Promise<void> {
		await this.#sidecarFile?.makeDurable();
		await this.#payloadFile?.makeDurable();
	}

	async giveNames(): Promise<void> {
		if (this.#fate !== 'open' || this.#payloadFile === undefined || this.#sidecarFile === undefined) {
			return;
		}
		await this.#giveSidecarName(this.#sidecarFile);
		if (this.#fate === 'open') {
			await this.#givePayloadName(this.#payloadFile);
		}
	}

	/** A file of it is left that has no name. */
	get hasLeftovers(): boolean {
		return this.#payloadFile?.isOpen === true || this.#sidecarFile?.isOpen === true;
	}

	/** Removes what has no name. Never throws. */
	async discard(): Promise<void> {
		await this.#payloadFile?.discard();
		await this.#sidecarFile?.discard();
	}

	async #find(): Promise<Stats | undefined> {
		return unless('ENOENT', this.#outbox.files.lstat(this.#outbox.pathOf(this.#name)));
	}

	async #givePayloadName(file: StagedFile): Promise<void> {
		if ((await file.giveName(this.#name)) === 'given') {
			this.#fate = 'named';
			return;
		}
		const found = await this.#find();
		if (found !== undefined) {
			await this.#compare(found);
		}
	}

	async #giveSidecarName(file: StagedFile): Promise<void> {
		const name = sidecarFileName(this.#name);
		if ((await file.giveName(name)) === 'given') {
			return;
		}
		switch (compareSidecar(await this.#outbox.files.readFile(this.#outbox.pathOf(name)), this.entry)) {
			case 'same':
				return;
			case 'orphan':
				// No payload lies beside it: of a delivery that a crash cut off, or one that was taken away.
				await file.replace(name);
				return;
			case 'foreign':
				this.#fate = {rejected: `${name} is there and was not written by edged for this segment`};
		}
	}

	/** The name is taken: by the same bytes, then it was delivered before; or by others, which stay. */
	async #compare(found: Stats): Promise<void> {
		if (!found.isFile() || found.size !== this.#payload.length || !(await this.#hasSameBytes())) {
			this.#fate = {rejected: `${this.#name} is there with other content`};
			return;
		}
		const sidecar = await this.#outbox.stage(this.#sidecar);
		this.#unasked = this.#sidecar.length;
		try {
			await sidecar.makeDurable();
			await sidecar.giveName(sidecarFileName(this.#name));
		} finally {
			await sidecar.discard();
		}
		this.#fate = 'named';
	}

	/** Of what is found, and makes it durable: it may have been written by a daemon that died before it could. */
	async #hasSameBytes(): Promise<boolean> {
		const handle = await this.#outbox.files.open(this.#outbox.pathOf(this.#name), 'r');
		try {
			const digest = createHash('sha256');
			for await (const chunk of handle.createReadStream({autoClose: false})) {
				digest.update(chunk as Uint8Array);
			}
			if (!digest.digest().equals(this.entry.sha256)) {
				return false;
			}
			await handle.sync();
			return true;
		} finally {
			await handle.close();
		}
	}

	async #whileNamesFit<Result>(look: () => Promise<Result>): Promise<Result | undefined> {
		try {
			return await look();
		} catch (error) {
			if (codeOf(error) !== 'ENAMETOOLONG') {
				throw error;
			}
			this.#fate = {rejected: `${this.#name} is too long a name for this file system`};
			return undefined;
		}
	}
}
