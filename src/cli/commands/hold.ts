import {command} from '../command.js';
import {heldOptions, heldPositionals, runChange} from '../hold.js';
import {flag} from '../parameters.js';

const NAME = 'relay hold';

export const hold = command({
	name: NAME,
	help: 'Keep what waits from being sent and from expiring',
	details:
		'A held record keeps its state, its history and its place; its lifetime stands still. What is being sent cannot be held. With --all, everything that waits now; what comes in later is not held: to stop a peer, pause it.',
	examples: [
		`edgectl ${NAME} seg-1 hub --reason "INC-42: hub cannot read it yet"`,
		`edgectl ${NAME} --all --peer-id hub --priority bulk --dry-run`,
		`edgectl ${NAME} --all --label kind=images`,
	],
	positionals: heldPositionals,
	options: {...heldOptions, yes: flag('--yes', 'as for the other changes; this one does not ask')},
	run: (context, values) =>
		runChange(context, values, {method: 'relay.hold', name: NAME, field: 'held', done: 'held'}),
});
