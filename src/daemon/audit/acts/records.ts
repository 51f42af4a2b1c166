import type {Act, Acts} from '../act.js';
import {recordsNamed} from './records-named.js';

/** What is done to records that wait. */
export const recordActs: Pick<
	Acts,
	'relay.hold' | 'relay.release' | 'relay.set_priority' | 'relay.move' | 'relay.expire'
> = {
	'relay.hold': {
		...recordsNamed,
		verb: 'hold',
		event: 'relay.record.held',
		action: 'hold',
		onFullDisk: 'goes on',
	} satisfies Act<'relay.hold'>,
	'relay.release': {
		...recordsNamed,
		verb: 'release',
		event: 'relay.record.released',
		action: 'release',
	} satisfies Act<'relay.release'>,
	'relay.set_priority': {
		...recordsNamed,
		verb: 'setPriority',
		event: 'relay.record.reprioritised',
		action: 'set_priority',
	} satisfies Act<'relay.set_priority'>,
	'relay.move': {
		...recordsNamed,
		verb: 'move',
		event: 'relay.record.moved',
		action: 'move',
	} satisfies Act<'relay.move'>,
	'relay.expire': {
		...recordsNamed,
		verb: 'expire',
		event: 'relay.record.expired',
		action: 'expire',
		onFullDisk: 'goes on',
	} satisfies Act<'relay.expire'>,
};
