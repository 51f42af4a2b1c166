import {command} from '../command.js';
import {heldOptions, heldPositionals, runChange} from '../hold.js';
import {flag} from '../parameters.js';

const NAME = 'relay release';

export const release = command({
	name: NAME,
	help: 'Let what is held go on in its old place',
	details: 'It has as much of its lifetime left as when it was held. List it: edgectl relay list --held',
	examples: [`edgectl ${NAME} seg-1 hub`, `edgectl ${NAME} --all --peer-id hub`],
	positionals: heldPositionals,
	options: {...heldOptions, yes: flag('--yes', 'as for the other changes; this one does not ask')},
	run: (context, values) =>
		runChange(context, values, {method: 'relay.release', name: NAME, field: 'released', done: 'released'}),
});
