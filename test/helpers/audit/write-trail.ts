import {AuditTrail} from '../../../src/audit/trail/audit-trail.js';
import type {AuditEvent} from '../../../src/outbound/audit-event.js';
import {formatTime} from '../../../src/runtime/clock.js';
import {FakeClock} from '../fake-clock.js';

export const DAY_MS = 86_400_000;

export const eventAt = (clock: FakeClock, more: Partial<AuditEvent> = {}): AuditEvent => ({
	event_name: 'relay.paused',
	category: 'relay',
	action: 'pause',
	outcome: 'success',
	actor: 'mia',
	resource_type: 'peer',
	resource: 'hub',
	source: 'cli',
	timestamp: formatTime(clock.now()),
	fields: {},
	...more,
});

/** A trail of `perDay.length` days with so many records on each, numbered from 1 in `resource`. */
export const writeTrail = async (directory: string, perDay: readonly number[]): Promise<FakeClock> => {
	const clock = new FakeClock();
	const {trail} = await AuditTrail.open({directory, clock, onWritten() {}, onDamage() {}}, undefined);
	let number = 0;
	for (const [day, count] of perDay.entries()) {
		clock.advance(day === 0 ? 0 : DAY_MS);
		for (let at = 0; at < count; at++) {
			await trail.append(eventAt(clock, {resource: `r${++number}`}));
			clock.advance(1);
		}
	}
	await trail.close();
	return clock;
};
