import {existsSync} from 'node:fs';
import {requireUsable} from '../audit/trail/usable-directory.js';
import type {Config} from '../config/config.js';
import {effectiveToml} from '../config/effective.js';
import {loadConfig} from '../config/load.js';
import {EdgedError} from '../outbound/errors.js';
import {currentBoot} from '../runtime/boot.js';
import {systemClock} from '../runtime/clock.js';
import {banner, logStart, nextCommands} from './announce.js';
import {startDaemon} from './assemble.js';
import {type Order, readCommandLine} from './command-line.js';
import {isOwnCrash, leaveCrashMarker} from './crash-marker.js';
import type {Daemon} from './daemon.js';
import {EXIT, type ExitCode, exitCodeOf} from './exit-codes.js';
import {FatalEnd} from './fatal-end.js';
import {runFsck} from './fsck/run-fsck.js';
import {Logs} from './logs.js';
import {handleSignals} from './signals.js';
import {readVersion} from './version.js';

/** Runs `edged` with the arguments of this process. This file and signals.ts, fatal-end.ts are all that touches the process. */
export const run = async (): Promise<void> => {
	const version = readVersion();
	const order = readCommandLine(process.argv.slice(2), version);
	switch (order.kind) {
		case 'say': {
			const sink = order.exitCode === EXIT.done ? process.stdout : process.stderr;
			sink.write(`${order.text}\n`);
			process.exitCode = order.exitCode;
			return;
		}
		case 'check':
			process.exitCode = check(order.configFile);
			return;
		case 'fsck':
			await checkStore(order);
			return;
		case 'note_end':
			noteEnd(order.configFile);
			return;
		case 'run':
			await runDaemon(order.configFile, version);
	}
};

const checkStore = async ({configFile, fsck, output}: Extract<Order, {kind: 'fsck'}>): Promise<void> => {
	const config = readConfig(configFile);
	if (config === undefined) {
		process.exitCode = EXIT.config;
		return;
	}
	const {text, exitCode} = await runFsck(config, fsck, {output, pid: process.pid});
	process.stdout.write(`${text}\n`);
	process.exitCode = exitCode;
};

/** Called by the unit after each end; systemd says in the environment how it was. */
const noteEnd = (configFile: string): void => {
	const config = readConfig(configFile);
	const {SERVICE_RESULT: result = '', EXIT_STATUS: status = ''} = process.env;
	if (config !== undefined && isOwnCrash(result, status)) {
		const what = new Error(`systemd says: ${result} ${status}`.trim());
		leaveCrashMarker(config.node.stateDir, systemClock.now(), what);
	}
};

/** Prints everything that is wrong, or what holds. */
const check = (file: string): ExitCode => {
	const config = readConfig(file);
	if (config === undefined) {
		return EXIT.config;
	}
	process.stdout.write(effectiveToml(config));
	for (const notice of config.notices) {
		process.stderr.write(`edged: ${notice}\n`);
	}
	return checkAuditDirectory(config);
};

/** Whoever checks may be somebody else than who will run: what he may not write is only told. */
const checkAuditDirectory = ({audit: {dir}}: Config): ExitCode => {
	try {
		if (dir !== undefined) {
			requireUsable(dir, process.getuid?.());
		}
		return EXIT.done;
	} catch (error) {
		if (!(error instanceof EdgedError)) {
			throw error;
		}
		process.stderr.write(`edged: ${error.message}\n`);
		return error.details?.['code'] === 'EACCES' ? EXIT.done : EXIT.config;
	}
};

const readConfig = (file: string): Config | undefined => {
	try {
		return loadConfig(file);
	} catch (error) {
		if (!(error instanceof EdgedError)) {
			throw error;
		}
		process.stderr.write(`${error.message}\n`);
		return undefined;
	}
};

const runDaemon = async (configFile: string, version: string): Promise<void> => {
	const config = readConfig(configFile);
	if (config === undefined) {
		process.exitCode = EXIT.config;
		return;
	}
	const logs = new Logs({level: config.node.logLevel, nodeId: config.node.id});
	const logger = logs.part('daemon');
	const fatalEnd = new FatalEnd({stateDirectory: config.node.stateDir, clock: systemClock, logger});
	const starting = startDaemon(config, {
		clock: systemClock,
		boot: currentBoot(),
		logs,
		version,
		pid: process.pid,
		failStop: fatalEnd.failStop,
		onBug: fatalEnd.onBug,
	});
	handleSignals({
		starting,
		configFile,
		logger,
		clock: systemClock,
		onHangUp: process.stdout.isTTY ? 'stop' : 'reload',
		onBug: fatalEnd.onBug,
	});
	try {
		const daemon = await starting;
		fatalEnd.watch(daemon);
		announce(daemon, logs);
	} catch (error) {
		const message = error instanceof Error ? error.message : String(error);
		// A refusal says itself what to do; a stack is for what nobody foresaw.
		logger.fatal(
			error instanceof EdgedError ? {code: error.code} : {err: error},
			`edged could not start: ${message}`,
		);
		process.stderr.write(`edged: ${message}\n`);
		process.exit(exitCodeOf(error));
	}
};

const announce = ({report}: Daemon, logs: Logs): void => {
	const place = {env: {}, workingDirectory: process.cwd(), exists: existsSync};
	const next = nextCommands(report.config.rpc.socket, place);
	if (process.stdout.isTTY) {
		process.stdout.write(`${banner(report, next)}\n`);
	} else {
		logStart(report, logs.part('daemon'), next.join('; '));
	}
};
