import {command} from '../command.js';
import {SCRIPTS} from '../completion/scripts.js';
import {SHELLS} from '../completion/shells.js';
import {required} from '../parameters.js';
import {readChoice} from '../read/choice.js';

export const completion = command({
	name: 'completion',
	help: 'Complete words of edgectl with Tab, in bash, zsh or fish',
	details:
		'Prints the script for the shell. Commands, options and what they take are completed, peers and segments as the daemon knows them; when it does not answer within 0.3 s they are left out. To have it in every shell, put the line of the examples into ~/.bashrc or ~/.zshrc (behind compinit).',
	examples: [
		'source <(edgectl completion bash)',
		'edgectl completion bash > /etc/bash_completion.d/edgectl',
		'edgectl completion zsh > /usr/local/share/zsh/site-functions/_edgectl',
		'edgectl completion fish > ~/.config/fish/completions/edgectl.fish',
	],
	positionals: {shell: required('SHELL', SHELLS.join(', '), readChoice(SHELLS))},
	async run({output}, {shell}) {
		const script = SCRIPTS[shell];
		output.answer({shell, script}, () => [script]);
		return undefined;
	},
});
