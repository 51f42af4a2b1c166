import path from 'node:path';
import {parseSegmentId} from '../../outbound/names.js';
import {PRIORITIES} from '../../outbound/priorities.js';
import {command} from '../command.js';
import type {ExitCode} from '../exit-codes.js';
import {UsageError} from '../failure.js';
import {given} from '../given.js';
import {flag, option, optionOr, repeated, several, type Values} from '../parameters.js';
import {readChoice} from '../read/choice.js';
import {readDurationMs} from '../read/duration.js';
import {readPeerId, readSegmentId} from '../read/ids.js';
import {readNewLabel} from '../read/label.js';
import {readLine} from '../read/line.js';
import type {Metadata} from '../segments/ingest-door.js';
import {sendAll} from '../segments/send-all.js';

const NAME = 'relay enqueue';
const DEFAULT_CONTENT_TYPE = 'application/octet-stream';

const options = {
	segment: option('--segment-id <S>', 'the id, for one input; else edged makes one', readSegmentId),
	idFromName: flag('--id-from-name', "take each file's name, without its directory, as the id"),
	peers: repeated(
		'--peer-id <P>',
		'a peer to deliver to, may be repeated; else the default peers',
		readPeerId,
	),
	priority: option(
		'--priority <CLASS>',
		`${PRIORITIES.join(', ')} (default: normal)`,
		readChoice(PRIORITIES),
	),
	labels: repeated('--label <NAME=VALUE>', 'a label that goes with it, may be repeated', readNewLabel),
	expiresIn: option('--expires-in <TIME>', 'bury it if not delivered by then, e.g. 1h', readDurationMs),
	lines: flag('--lines', 'every line of the input is a segment'),
	contentType: optionOr('--content-type <TYPE>', 'media type of the payload', readLine, DEFAULT_CONTENT_TYPE),
};

export const enqueue = command({
	name: NAME,
	help: 'Hand over files, the input, or lines; durable when it says so',
	details:
		'A line is printed for every segment once it is on disk: id, status, file. "duplicate" says that the id with the same bytes was there already. A file that cannot be read does not stop the others.',
	examples: [
		`edgectl ${NAME} README.md docs/*.md`,
		`edgectl ${NAME} reading.json --peer-id hub --priority urgent --label site=7 --expires-in 1h`,
		`journalctl -fo json | edgectl ${NAME} - --lines --content-type application/json`,
	],
	positionals: {inputs: several('FILE', 'files, devices or pipes; "-" is the input')},
	options,
	async run(context, values): Promise<ExitCode | undefined> {
		const {inputs, lines} = values;
		check(values);
		const metadata = metadataOf(values);
		return sendAll(
			context,
			{names: inputs, stdin: context.input, unit: lines ? 'line' : 'input'},
			values.idFromName
				? origin => ({...metadata, segmentId: parseSegmentId(path.basename(origin))})
				: () => metadata,
		);
	},
});

type Given = {readonly inputs: readonly string[]} & Values<typeof options>;

const check = ({inputs, segment, idFromName, labels, lines}: Given): void => {
	const problems: ReadonlyArray<readonly [boolean, string]> = [
		[segment !== undefined && inputs.length > 1, '--segment-id goes with one input; use --id-from-name'],
		[segment !== undefined && lines, '--segment-id names one segment, --lines makes many'],
		[segment !== undefined && idFromName, 'Give --segment-id or --id-from-name, one of the two'],
		[idFromName && lines, '--id-from-name names one segment a file, --lines makes many'],
		[idFromName && inputs.includes('-'), '--id-from-name needs files; the input "-" has no name'],
		[
			labels.some(({name}) => name !== name.toLowerCase()),
			'Label names are lower case: the ingest socket does not tell Site from site',
		],
		[inputs.filter(name => name === '-').length > 1, 'The input "-" can be read only once'],
	];
	const [, problem] = problems.find(([applies]) => applies) ?? [];
	if (problem !== undefined) {
		throw new UsageError(problem, NAME);
	}
};

const metadataOf = ({segment, peers, priority, labels, expiresIn, contentType}: Given): Metadata => ({
	peers,
	labels,
	contentType,
	...given({
		segmentId: segment,
		priority,
		expiresInSeconds: expiresIn === undefined ? undefined : expiresIn / 1000,
	}),
});
