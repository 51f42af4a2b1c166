import type {ExceptionVerdict, Lease} from '../../../src/storage/store.js';
import {Command, type Real} from './command.js';
import type {ModelLease, ModelRecord, QueueModel} from './queue-model.js';

/** How each entry of a lease fares, in turn: `a`cked, `f`ailed, `r`ejected, e`x`hausted, `m`issing, released (`-`). */
export class Settle extends Command {
	readonly which: number;
	readonly fates: string;

	constructor(which: number, fates: string) {
		super();
		this.which = which;
		this.fates = fates;
	}

	override check(model: Readonly<QueueModel>): boolean {
		return model.leases.some(({isOpen}) => isOpen);
	}

	async act(model: QueueModel, {store}: Real): Promise<void> {
		const open = model.leases.filter(({isOpen}) => isOpen);
		const lease = open[this.which % open.length] as ModelLease;
		const acked: [number, number][] = [];
		const exceptions: ExceptionVerdict[] = [];
		for (const [index, record] of lease.records.entries()) {
			const fate = this.fates[index % this.fates.length] ?? 'a';
			if (fate === 'a') {
				acked.push([index, index]);
			} else if (fate !== '-') {
				exceptions.push(verdict(fate, index, record.segment.payload.length));
			}
			this.#apply(model, record, fate, lease.cut.has(record));
		}
		const whole = this.fates === 'a' ? ('all' as const) : acked;
		const settlement = {acked: whole, exceptions, ...this.#sent(lease)};
		if (!(await store.settle(lease.handle as Lease, settlement))) {
			throw new Error('the lease was gone');
		}
		lease.isOpen = false;
		model.quota.spend(model.now, lease.peer, settlement.bytesSent ?? lease.chargedBytes);
	}

	/** Nobody knows, or a part of the charge. */
	#sent({chargedBytes}: ModelLease): {readonly bytesSent?: number} {
		return this.which === 0 ? {} : {bytesSent: Math.floor(chargedBytes / this.which)};
	}

	#apply(model: QueueModel, record: ModelRecord, fate: string, isCut: boolean): void {
		if (isCut) {
			// Cut out by an operator, or because other peers were enough: a late acknowledgement is noted while the record is not done with.
			if (fate === 'a' && !['acked', 'purged', 'forgotten'].includes(record.state)) {
				record.outcomes.push('ACKED');
			}
			return;
		}
		if (fate === '-') {
			record.state = 'scheduled';
			return;
		}
		const outcome = ({a: 'ACKED', f: 'FAILED', r: 'REJECTED', x: 'FAILED', m: 'SEGMENT_MISSING'} as const)[
			fate
		];
		record.outcomes.push(outcome ?? 'FAILED');
		record.fresh = false;
		if (fate === 'a') {
			model.ack(record);
		} else if (fate === 'f') {
			record.state = 'failed';
			record.charged++;
			record.dueAt = model.now + 1500;
		} else {
			record.charged += fate === 'x' ? 1 : 0;
			model.bury(
				record,
				({r: 'REJECTED', x: 'MAX_RETRIES', m: 'SEGMENT_MISSING'} as const)[fate] ?? 'REJECTED',
			);
		}
	}
}

const verdict = (fate: string, index: number, size: number): ExceptionVerdict => {
	const base = {index, error: 'no', bytesSent: size};
	switch (fate) {
		case 'f':
			return {...base, event: 'fail', outcome: 'FAILED', retryInMs: 1500};
		case 'r':
			return {...base, event: 'reject', outcome: 'REJECTED'};
		case 'x':
			return {...base, event: 'exhaust', outcome: 'FAILED'};
		default:
			return {...base, event: 'missing', outcome: 'SEGMENT_MISSING'};
	}
};
