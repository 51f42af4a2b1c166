import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {EDGECTL} from '../process.js';
import {runShell, type ShellEnded} from '../shell.js';
import {runbookLines} from './lines.js';

/** Where an operator sits: a shell in which `edgectl` is the one that was built, with the names of this incident. */
export type Desk = {
	/** Runs every command under a heading of the runbook; all that they said. */
	runbook(heading: string): Promise<readonly ShellEnded[]>;
	/** Runs a line that is not in the runbook. */
	run(line: string): Promise<ShellEnded>;
};

export type DeskSettings = {
	readonly directory: string;
	readonly socket: string;
	readonly configFile: string;
	readonly auditDirectory: string;
	readonly segment: string;
	readonly peer: string;
};

export const openDesk = async (settings: DeskSettings): Promise<Desk> => {
	const bin = path.join(settings.directory, 'bin');
	await mkdir(bin);
	const script = `#!/bin/sh\nexec '${process.execPath}' '${EDGECTL}' "$@"\n`;
	await writeFile(path.join(bin, 'edgectl'), script, {mode: 0o755});
	const env = {
		...process.env,
		PATH: [bin, process.env['PATH']].join(path.delimiter),
		EDGED_SOCKET: settings.socket,
		AUTONOMY_OPERATOR: 'oncall@example.com',
		AUTONOMY_AUDIT_DIR: settings.auditDirectory,
		AUTONOMY_ORCHESTRATOR_URL: 'https://orchestrator.example.com',
		PLAN_ID: 'plan-2026-07',
	};
	const run = (line: string): Promise<ShellEnded> =>
		runShell('sh', ['-c', line], {env, cwd: settings.directory});
	return {
		run,
		async runbook(heading) {
			const ended: ShellEnded[] = [];
			for (const line of runbookLines(heading)) {
				ended.push(await run(ofThisIncident(line, settings)));
			}
			return ended;
		},
	};
};

/** What the runbook leaves open, and places that a test must not touch. */
const ofThisIncident = (line: string, {directory, socket, configFile, segment, peer}: DeskSettings): string =>
	line
		.replaceAll('/tmp/', `${directory}/`)
		.replace('SEG-ID', segment)
		.replace('PEER-ID', peer)
		.replace('/run/edged/rpc.sock', socket)
		.replace('/etc/autonomy/config.yaml', configFile);
