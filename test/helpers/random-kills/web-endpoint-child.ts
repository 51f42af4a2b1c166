import {createHash} from 'node:crypto';
import {open} from 'node:fs/promises';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import {type CloudEventV1, HTTP} from 'cloudevents';
import {SeededRandom} from '../two-daemons/random.js';

// A web endpoint that may be killed at any time: it says 204 to a segment when a line about it is on disk, and not before.
const [port = '0', file = '', drops = '0', seed = '0'] = process.argv.slice(2);
const dropShare = Number(drops);
const random = new SeededRandom(Number(seed));
/** No segment meets this fate twice, lest it be taken for the segment's own. */
const dropped = new Set<string>();

const received = await open(file, 'a');
await received.appendFile('\n'); // A kill may have cut the last line.

type Describe = (
	headers: IncomingMessage['headers'],
	body: Buffer,
) => {readonly id: string; readonly labels: Record<string, string>};

const asRaw: Describe = headers => {
	const labels = Object.entries(headers)
		.filter(([name]) => name.startsWith('edged-label-'))
		// Header bytes are Latin-1 to Node and UTF-8 to edged.
		.map(([name, value]) => [
			name.slice('edged-label-'.length),
			Buffer.from(String(value), 'latin1').toString('utf8'),
		]);
	return {id: String(headers['edged-segment-id']), labels: Object.fromEntries(labels)};
};

const asEvent: Describe = (headers, body) => {
	const event = HTTP.toEvent({headers, body}) as CloudEventV1<Buffer>;
	const labels = ['n', 'site']
		.filter(name => event[name] !== undefined)
		.map(name => [name, decodeURIComponent(String(event[name]))]);
	return {id: event.id, labels: Object.fromEntries(labels)};
};

const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
	const pieces: Buffer[] = [];
	for await (const piece of request) {
		pieces.push(piece as Buffer);
	}
	if (request.method !== 'POST') {
		response.writeHead(200).end();
		return;
	}
	const body = Buffer.concat(pieces);
	const {headers} = request;
	const format = headers['ce-id'] === undefined ? 'raw' : 'cloudevents';
	const {id, labels} = (format === 'raw' ? asRaw : asEvent)(headers, body);
	const isDropped = random.isLikely(dropShare) && !dropped.has(id);
	if (isDropped) {
		dropped.add(id);
	}
	if (isDropped && random.isLikely(0.5)) {
		request.socket.destroy();
		return;
	}
	const sha256 = createHash('sha256').update(body);
	const digest = sha256.copy().digest('base64');
	const line = {
		id,
		format,
		labels,
		sha256: sha256.digest('hex'),
		bytes: body.length,
		digest_holds: headers['content-digest'] === `sha-256=:${digest}:`,
	};
	await received.appendFile(`${JSON.stringify(line)}\n`);
	await received.datasync();
	if (isDropped) {
		request.socket.destroy(); // It has it, and nobody is told.
		return;
	}
	response.writeHead(204).end();
};

const server = createServer((request, response) => {
	take(request, response).catch((error: unknown) => {
		const isAway = (error as NodeJS.ErrnoException).code === 'ECONNRESET';
		if (!isAway) {
			process.stderr.write(`${String(error)}\n`);
			process.exit(1); // A fault of this endpoint, and not one to be taken for the relay's.
		}
	});
});
server.keepAliveTimeout = 60_000;
server.listen(Number(port), '127.0.0.1', () => process.send?.('ready'));
