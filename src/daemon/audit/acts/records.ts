import type {Act, Acts} from '../act.js';
import {recordsNamed} from './records-named.js';

/** What is done to records that wait. */
export const recordActs: Pick<Acts, 'relay.hold' | 'relay.release'> = {
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
};
