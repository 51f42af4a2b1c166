import path from 'node:path';
import type {Question} from '../../audit/bundle/support-bundle.js';
import {command} from '../command.js';
import type {CommandContext} from '../context.js';
import {EXIT} from '../exit-codes.js';
import {toFailure, UsageError} from '../failure.js';
import {flag, option} from '../parameters.js';
import {readLine} from '../read/line.js';
import {humanBytes} from '../text/numbers.js';
import {printable} from '../text/printable.js';

const NAME = 'support-bundle generate';

export const supportBundleGenerate = command({
	name: NAME,
	help: 'Collect what support needs into one file, without secrets',
	details:
		'Collects system_info, build_info, config, relay_status, shape, audit_recent, logs, storage and peers; manifest.json says how each went. ' +
		'What fails is a warning, and the bundle is written without it: it works with the daemon down too. Passwords, tokens, keys and PEM blocks are taken out of everything; payloads are never read. ' +
		'--output is the file here; for the result as JSON, write edgectl --output json support-bundle generate ...',
	examples: [
		`edgectl ${NAME} --output /tmp/edged.tar.gz`,
		`sudo edgectl ${NAME} --output bundle.tar.gz --config-file /etc/edged/edge.toml --log-file /var/log/edged.log`,
		`edgectl --output json ${NAME} --output bundle.tar.gz`,
	],
	options: {
		file: option('--output <FILE>', 'where the bundle goes, a .tar.gz (mode 0600)', readLine),
		force: flag('--force', 'replace FILE if it is there'),
		configFile: option(
			'--config-file <FILE>',
			"the daemon's configuration (default: that of the running daemon, else /etc/edged/edge.toml)",
			readLine,
		),
		auditDir: option('--audit-dir <DIR>', 'the audit trail (default: as configured)', readLine),
		logFile: option('--log-file <FILE>', "the daemon's log (default: journalctl -u edged)", readLine),
		orchestratorUrl: option(
			'--orchestrator-url <URL>',
			'accepted for scripts of the control plane; the relay has no orchestrator',
			readLine,
		),
	},
	async run(context, {file, force, configFile, auditDir, logFile, orchestratorUrl}) {
		if (file === undefined) {
			throw new UsageError('--output FILE.tar.gz says where the bundle goes, and is missing', NAME);
		}
		if (file === 'json' || file === 'text') {
			const way = `edgectl --output ${file} ${NAME} --output FILE.tar.gz`;
			throw new UsageError(`--output is the file here; for the format write ${way}`, NAME);
		}
		const {output, env, version, signal} = context;
		const target = path.resolve(file);
		const say = (text: string): void => {
			if (output.format === 'text') {
				output.item(undefined, printable(text));
			}
		};
		say(`generating support bundle: ${file}`);
		if (orchestratorUrl !== undefined) {
			say(
				'note: --orchestrator-url is of the control plane; the relay has no orchestrator, nothing is asked of it',
			);
		}
		const {writeSupportBundle} = await import('../../audit/bundle/support-bundle.js');
		try {
			const bundle = await writeSupportBundle(
				{
					file: target,
					existing: force ? 'replace' : 'refuse',
					configFile,
					auditDirectory: auditDir,
					logFile,
					ask: question => asked(context, question),
					env,
					version,
					signal,
				},
				{
					collecting: name => say(`  collecting ${name}...`),
					warning: (name, why) => say(`warning: ${name} failed: ${why}`),
				},
			);
			output.answer({...bundle, bundle: file}, () => [`bundle written: ${file}${sizeOf(bundle)}`]);
			return undefined;
		} catch (error) {
			signal.throwIfAborted();
			output.complain((error as Error).message, {code: 'SYSTEM', exit_code: EXIT.refused});
			return EXIT.refused;
		}
	},
});

const sizeOf = ({size_bytes}: {readonly size_bytes: number}): string => ` (${humanBytes(size_bytes)})`;

const RECENT_DEADLETTERS = 50;

/** Why there is no answer is told as it is told for any command. */
const asked = async ({call}: CommandContext, question: Question): Promise<unknown> => {
	try {
		return question === 'relay.deadletter.list'
			? await call(question, {limit: RECENT_DEADLETTERS})
			: await call(question, {});
	} catch (error) {
		throw new Error(toFailure(error)?.message ?? (error as Error).message, {cause: error});
	}
};
