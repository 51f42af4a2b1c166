import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {readdir, readFile} from 'node:fs/promises';
import type {ExecutionContext} from 'ava';
import {EDGECTL} from '../../helpers/process.js';
import {startRpcServer} from '../../helpers/rpc-server.js';
import {toolTest} from '../../helpers/tool-test.js';
import {status} from '../../helpers/wire-samples.js';

const terminalTest = toolTest('script', spawnSync('script', ['--version']).error !== undefined);

const ENTER = '\u001b[?1049h';
const LEAVE = '\u001b[?7h\u001b[?25h\u001b[?1049l';

/** `edgectl relay watch` on a terminal of 60 columns; `stty` tells afterwards in what state it was left. */
const startWatch = (t: ExecutionContext, socketPath: string) => {
	const line = `stty cols 60 rows 12; "${process.execPath}" "${EDGECTL}" --socket "${socketPath}" relay watch; echo "code $?"; stty -a`;
	const child = spawn('script', ['-q', '-f', '-c', line, '/dev/null'], {
		env: {...process.env, TERM: 'xterm', NO_COLOR: '1', SHELL: '/bin/sh'},
		stdio: ['pipe', 'pipe', 'inherit'],
	});
	t.teardown(() => child.kill('SIGKILL'));
	let seen = '';
	const looks: Array<() => void> = [];
	child.stdout.on('data', (bytes: Buffer) => {
		seen += bytes.toString();
		for (const look of looks) {
			look();
		}
	});
	const closed = once(child, 'close');
	return {
		child,
		/** Resolves with all that was written so far. */
		shows: (what: string): Promise<string> =>
			new Promise((resolve, reject) => {
				const look = () => (seen.includes(what) ? resolve(seen) : undefined);
				looks.push(look);
				look();
				void closed.then(() => reject(new Error(`it ended without ${what}: ${JSON.stringify(seen)}`)));
			}),
		ended: async (): Promise<string> => {
			await closed;
			return seen;
		},
	};
};

/** Of the process below `pid` whose words hold `what`. */
const findBelow = async (pid: number, what: string): Promise<number> => {
	for (const name of await readdir('/proc')) {
		const words = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
		const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
		const parent = Number(stat.slice(stat.lastIndexOf(')')).split(' ')[2]);
		if (words.startsWith(process.execPath) && words.includes(what)) {
			const above = await readFile(`/proc/${parent}/stat`, 'utf8').catch(() => '');
			const aboveThat = Number(above.slice(above.lastIndexOf(')')).split(' ')[2]);
			if (parent === pid || aboveThat === pid) {
				return Number(name);
			}
		}
	}
	throw new Error(`no process below ${pid} with ${what}`);
};

const isAsBefore = (t: ExecutionContext, seen: string): void => {
	t.is(seen.split(ENTER).length, 2);
	t.is(seen.split(LEAVE).length, 2, 'the screen and the cursor are given back, once');
	t.regex(seen, /code 0\r?\n/);
	t.regex(seen, /[^-]icanon/);
	t.regex(seen, /[^-]echo /);
};

terminalTest('q gives the terminal back as it was', async t => {
	const {socketPath} = await startRpcServer(t, {status: () => status});
	const watch = startWatch(t, socketPath);
	const seen = await watch.shows('hub up');
	t.true(seen.includes(ENTER));
	watch.child.stdin.write('q');
	isAsBefore(t, await watch.ended());
});

terminalTest('Ctrl-C does so too', async t => {
	const {socketPath} = await startRpcServer(t, {status: () => status});
	const watch = startWatch(t, socketPath);
	await watch.shows('hub up');
	watch.child.stdin.write('\u0003');
	isAsBefore(t, await watch.ended());
});

terminalTest('and SIGTERM', async t => {
	const {socketPath} = await startRpcServer(t, {status: () => status});
	const watch = startWatch(t, socketPath);
	await watch.shows('hub up');
	process.kill(await findBelow(watch.child.pid ?? 0, socketPath), 'SIGTERM');
	isAsBefore(t, await watch.ended());
});

terminalTest('without a daemon it waits, and ends all the same', async t => {
	const watch = startWatch(t, '/nonexistent/rpc.sock');
	await watch.shows('waiting for edged');
	watch.child.stdin.write('q');
	isAsBefore(t, await watch.ended());
});
