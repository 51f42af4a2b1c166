import {createHash} from 'node:crypto';
import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {type Pack, pack} from 'tar-stream';
import {type DaemonProcess, type Finished, runEdgectl} from './process.js';

export const digestOf = (payload: string | Buffer): string =>
	createHash('sha256').update(payload).digest('hex');

/** A deadletter as the daemon lists it. */
export const deadletterOf = (segment: string, payload: string | Buffer, more: object = {}) => ({
	segment_id: segment,
	peer_id: 'outbox',
	state: 'deadletter',
	held: false,
	priority: 'normal',
	size_bytes: payload.length,
	sha256: digestOf(payload),
	content_type: 'text/plain',
	labels: {site: '7'},
	enqueued_at: '2026-11-24T00:00:00.000Z',
	updated_at: '2026-11-24T01:00:00.000Z',
	reason: 'REJECTED',
	charged_failures: 1,
	abandons: 0,
	attempts: [
		{
			number: 1,
			started_at: '2026-11-24T00:59:00.000Z',
			completed_at: '2026-11-24T00:59:01.000Z',
			outcome: 'REJECTED',
			error: 'no',
			bytes_sent: 3,
		},
	],
	...more,
});

/** A line of records.jsonl as an export writes it. */
export const deadRecord = (segment: string, payload: string | Buffer, more: object = {}): object =>
	deadletterOf(segment, payload, {payload: `payloads/${digestOf(payload)}`, ...more});

export type Files = ReadonlyMap<string, string | Buffer>;

/** The files of an export by their names. */
export const exportFiles = (records: readonly object[], payloads: ReadonlyArray<string | Buffer>): Files =>
	new Map<string, string | Buffer>([
		[
			'manifest.json',
			JSON.stringify({
				format: 'edged-deadletters',
				format_version: 1,
				node_id: 'far',
				records: records.length,
			}),
		],
		['records.jsonl', records.map(record => `${JSON.stringify(record)}\n`).join('')],
		...payloads.map(payload => [`payloads/${digestOf(payload)}`, payload] as const),
	]);

export const writeFiles = async (directory: string, files: Files): Promise<void> => {
	await mkdir(path.join(directory, 'payloads'), {recursive: true});
	for (const [name, content] of files) {
		await writeFile(path.join(directory, name), content);
	}
};

/** A tar of `files`, with what `more` puts in after them. */
export const tarOf = async (files: Files, more: (tar: Pack) => void = () => {}): Promise<Buffer> => {
	const tar = pack();
	for (const [name, content] of files) {
		tar.entry({name}, content as string);
	}
	more(tar);
	tar.finalize();
	const pieces: Buffer[] = [];
	for await (const piece of tar as unknown as AsyncIterable<Buffer>) {
		pieces.push(piece);
	}
	return Buffer.concat(pieces);
};

/** Runs edgectl against a daemon, in its own directory for what it unpacks. */
export const ctl = (
	{socket}: Pick<DaemonProcess, 'socket'>,
	words: readonly string[],
	env: Record<string, string> = {},
): Promise<Finished> => runEdgectl(['--socket', socket, ...words], {env});
