import {spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {existsSync} from 'node:fs';
import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import type {Backend} from '../../../src/rpc/backend.js';
import {EDGECTL, runEdgectl} from '../../helpers/process.js';
import {startRpcServer} from '../../helpers/rpc-server.js';
import {runShell} from '../../helpers/shell.js';
import {temporaryDirectory} from '../../helpers/temp-dir.js';
import {toolTest} from '../../helpers/tool-test.js';
import {peer, record, status} from '../../helpers/wire-samples.js';

const POISON = 'telemetry-2026.07:poison';
const DAEMON: Partial<Backend> = {
	listDeadletters: () => ({records: [{...record, segment_id: POISON}], examined: 1}),
	inspect: () => ({records: [{...record, segment_id: POISON, peer_id: 'hub'}]}),
	status: () => ({...status, peers: [peer, {...peer, peer_id: 'archive:cold'}]}),
};

/** A directory with an `edgectl` in its `bin`, and the surroundings of a shell that finds it and a daemon. */
const startDesk = async (t: ExecutionContext) => {
	const directory = await temporaryDirectory(t);
	const {socketPath} = await startRpcServer(t, DAEMON);
	const bin = path.join(directory, 'bin');
	await mkdir(bin);
	const script = `#!/bin/sh\nexec '${process.execPath}' '${EDGECTL}' "$@"\n`;
	await writeFile(path.join(bin, 'edgectl'), script, {mode: 0o755});
	const env = {
		...process.env,
		PATH: `${bin}:${process.env['PATH']}`,
		EDGED_SOCKET: socketPath,
		HOME: directory,
	};
	return {directory, env};
};

const isMissing = (program: string): boolean => spawnSync(program, ['--version']).error !== undefined;

/** What bash is given for COMPREPLY when Tab is pressed behind `line`. */
const BASH = `source <(edgectl completion bash) && source <(edgectl completion bash) || exit 9
COMP_LINE=$1 COMP_POINT=\${#1} COMP_WORDS=($1) COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 ))
_edgectl
printf '%s\\n' "\${COMPREPLY[@]}"`;

toolTest('bash', isMissing('bash'))('bash completes commands, choices, peers and dead segments', async t => {
	const {directory, env} = await startDesk(t);
	const lines: ReadonlyArray<readonly [line: string, expected: readonly string[]]> = [
		['edgectl relay li', ['list']],
		['edgectl relay list --state f', ['failed']],
		['edgectl relay deadletter retry ', [POISON]],
		// bash takes `:` and `=` for the ends of words, and replaces only what follows.
		['edgectl relay deadletter retry telemetry-2026.07:p', ['poison']],
		['edgectl relay list --peer-id=archive:', ['cold']],
		[`edgectl relay deadletter retry ${POISON} `, ['hub']],
		['edgectl relay enqueue READ', ['']],
	];
	for (const [line, expected] of lines) {
		const {code, stdout, stderr} = await runShell('bash', ['-c', BASH, 'bash', line], {env, cwd: directory});
		t.deepEqual({code, stderr}, {code: 0, stderr: ''}, line);
		t.deepEqual(stdout.trimEnd().split('\n'), expected, line);
	}
});

toolTest('bash', isMissing('bash'))(
	'nothing that stands on the line is run or written when Tab is pressed',
	async t => {
		const {directory, env} = await startDesk(t);
		const lines = [
			'edgectl relay list --reason $(touch ran) --sta',
			'edgectl relay list --reason `touch ran` --sta',
			'edgectl relay list > ran ',
			'edgectl relay list; touch ran; edgectl relay li',
		];
		for (const line of lines) {
			const {code} = await runShell(
				'bash',
				['-c', BASH.replace('COMP_WORDS=($1)', 'COMP_WORDS=()'), 'bash', line],
				{
					env,
					cwd: directory,
				},
			);
			t.is(code, 0);
			t.false(existsSync(path.join(directory, 'ran')), line);
		}
	},
);

toolTest('fish', isMissing('fish'))('fish completes with descriptions', async t => {
	const {directory, env} = await startDesk(t);
	const ask = async (line: string): Promise<string> => {
		const script = 'edgectl completion fish | source; complete -C $argv[1]';
		return (await runShell('fish', ['--no-config', '-c', script, line], {env, cwd: directory})).stdout;
	};
	t.regex(await ask('edgectl relay li'), /^list\tRecords, one line each/);
	t.regex(await ask('edgectl relay deadletter retry '), new RegExp(`^${POISON}\t.+ for `));
	t.regex(await ask('edgectl relay list --state='), /^--state=failed\t?$/m);
	t.regex(await ask('edgectl relay enqueue b'), /^bin\/$/m);
});

/** Types a line into a real zsh on a terminal of its own, then Tab, and has it print what the line became. */
const ZSH = `zmodload zsh/zpty
zpty shell "zsh -f -i"
zpty -w shell "autoload -U compinit; compinit -u -d $HOME/dump; source <(edgectl completion zsh); show() { print -r -- \\"<\\$BUFFER>\\"; BUFFER=; zle accept-line }; zle -N show; bindkey '^T' show; print REA''DY"
while zpty -r shell line; do [[ $line == *READY* ]] && break; done
zpty -w -n shell "$1"$'\\t\\x14'
while zpty -r shell line; do [[ $line == *'<'*'>'* ]] && break; done
print -r -- "\${\${line#*<}%>*}"
zpty -d shell`;

toolTest('zsh', isMissing('zsh'))('zsh completes commands, choices and names with colons', async t => {
	const {directory, env} = await startDesk(t);
	const become = async (line: string): Promise<string> =>
		(await runShell('zsh', ['-f', '-c', ZSH, 'zsh', line], {env, cwd: directory})).stdout.replace(
			/\r?\n$/,
			'',
		);
	t.is(await become('edgectl relay li'), 'edgectl relay list ');
	t.is(await become('edgectl relay list --state=fa'), 'edgectl relay list --state=failed ');
	t.is(
		await become('edgectl relay deadletter retry telemetry-2026.07:p'),
		`edgectl relay deadletter retry ${POISON} `,
	);
	t.is(await become('edgectl relay enqueue bi'), 'edgectl relay enqueue bin/');
});

test.serial(
	'a daemon that never answers is waited for no longer than a moment, and not complained of',
	async t => {
		const silence = new AbortController();
		const {socketPath} = await startRpcServer(t, {
			status: async () => {
				await once(silence.signal, 'abort');
				return status;
			},
		});
		const started = performance.now();
		const {code, stdout, stderr} = await runEdgectl(['__complete', 'zsh', 'relay', 'list', '--peer-id', ''], {
			env: {EDGED_SOCKET: socketPath},
		});
		t.deepEqual({code, stdout, stderr}, {code: 0, stdout: '', stderr: ''});
		t.true(performance.now() - started < 5000);
		silence.abort();
	},
);

for (const words of [[], ['tcsh', 'x'], ['bash'], ['zsh'], ['bash', 'edgectl relay why ', '']]) {
	test.serial(`without a daemon nothing is said: __complete ${words.join(' ')}`, async t => {
		const env = {EDGED_SOCKET: path.join(await temporaryDirectory(t), 'none.sock')};
		t.like(await runEdgectl(['__complete', ...words], {env}), {code: 0, stderr: ''});
	});
}
