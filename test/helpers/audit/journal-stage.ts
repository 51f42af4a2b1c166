import {open} from 'node:fs/promises';
import type {OpenFile, WritableFile} from '../../../src/audit/trail/day-file.js';
import type {AuditJournal} from '../../../src/daemon/audit/audit-journal.js';
import type {Found} from '../../../src/daemon/audit/found-at-start.js';
import {openJournal} from '../../../src/daemon/audit/open-journal.js';
import type {AuditEvent} from '../../../src/outbound/audit-event.js';
import {formatTime} from '../../../src/runtime/clock.js';
import {FakeClock} from '../fake-clock.js';
import {FakeSettings} from '../settings.js';
import {silentLogger} from '../silent-logger.js';

/** How a process stands still: nothing of it goes on any more. */
const NEVER = new Promise<never>(() => {});

/** Counts every step that touches a disk, and lets the process stand still before, or in the middle of, one of them. */
export class Steps {
	count = 0;
	readonly #last: number;
	readonly #how: 'before' | 'half';
	#isDead = false;
	#reached: () => void = () => {};
	/** Resolves when the process stands still. */
	readonly dead = new Promise<void>(resolve => {
		this.#reached = resolve;
	});

	constructor(last = Number.POSITIVE_INFINITY, how: 'before' | 'half' = 'before') {
		this.#last = last;
		this.#how = how;
	}

	async take<Result>(step: () => Promise<Result>, half?: () => Promise<unknown>): Promise<Result> {
		if (this.#isDead) {
			return NEVER;
		}
		if (this.count++ === this.#last) {
			this.#isDead = true;
			if (this.#how === 'half') {
				await half?.();
			}
			this.#reached();
			return NEVER;
		}
		const result = await step();
		return this.#isDead ? NEVER : result;
	}
}

/** What is left of a machine when a process on it dies: a directory, and the settings of a store. */
export class JournalStage {
	readonly clock = new FakeClock();
	readonly settings = new FakeSettings();
	readonly directory: string;
	/** When set, every write to a file of the trail fails with it, after half of its bytes. */
	failure: NodeJS.ErrnoException | undefined;

	constructor(directory: string) {
		this.directory = directory;
	}

	async open(steps = new Steps()): Promise<{journal: AuditJournal; found: Found}> {
		const {directory, clock, settings} = this;
		return openJournal({
			directory,
			clock,
			logger: silentLogger,
			store: {
				readSetting: name => settings.readSetting(name),
				readSettings: prefix => settings.readSettings(prefix),
				writeSettings: values => {
					const picture = structuredClone(values);
					return steps.take(() => settings.writeSettings(picture));
				},
			},
			open: this.#opening(steps),
		});
	}

	event(name: string, fields: AuditEvent['fields'] = {}): AuditEvent {
		return {
			event_name: name,
			category: 'relay',
			action: 'test',
			outcome: 'success',
			actor: 'mia',
			resource_type: 'peer',
			resource: 'hub',
			source: 'cli',
			timestamp: formatTime(this.clock.now()),
			fields,
		};
	}

	#opening(steps: Steps): OpenFile {
		return async (file, flags, mode) => {
			const handle = await open(file, flags, mode);
			const tail: Pick<WritableFile, 'write'> = {
				write: async (bytes, offset, length, position) => {
					const {failure} = this;
					const half = () => handle.write(bytes, offset, Math.floor(length / 2), position);
					if (failure !== undefined) {
						await half();
						throw failure;
					}
					return steps.take(() => handle.write(bytes, offset, length, position), half);
				},
			};
			return {
				...tail,
				datasync: () => steps.take(() => handle.datasync()),
				truncate: length => steps.take(() => handle.truncate(length)),
				chmod: fileMode => handle.chmod(fileMode),
				stat: () => handle.stat(),
				sync: () => steps.take(() => handle.sync()),
				close: () => handle.close(),
			};
		};
	}
}
