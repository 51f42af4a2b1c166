import {PRIORITIES} from '../../outbound/priorities.js';
import {command} from '../command.js';
import {UsageError} from '../failure.js';
import {changeOptions, heldPositionals, runChange} from '../hold.js';
import {option} from '../parameters.js';
import {readChoice} from '../read/choice.js';

const NAME = 'relay set-priority';

export const setPriority = command({
	name: NAME,
	help: 'Let what waits go in another priority class',
	details:
		'In its new class a record goes by the time of its enqueue. What is being sent cannot be changed. With --all, --priority names the class that it is in now.',
	examples: [
		`edgectl ${NAME} seg-1 hub --to urgent`,
		`edgectl ${NAME} --all --peer-id hub --label kind=images --to bulk --dry-run`,
	],
	positionals: heldPositionals,
	options: {
		...changeOptions,
		to: option('--to <CLASS>', `the new class: ${PRIORITIES.join(', ')}`, readChoice(PRIORITIES)),
	},
	run(context, {to, ...values}) {
		if (to === undefined) {
			throw new UsageError(`Say which class with --to: ${PRIORITIES.join(', ')}`, NAME);
		}
		return runChange(context, values, {
			method: 'relay.set_priority',
			name: NAME,
			field: 'reprioritised',
			done: `made ${to}`,
			also: {to},
			question: `Make them ${to}`,
		});
	},
});
