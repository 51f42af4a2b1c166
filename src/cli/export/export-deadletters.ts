import {chmod, mkdir, open, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {EdgedError} from '../../outbound/errors.js';
import type {Arguments, Result} from '../../rpc/contract/methods.js';
import type {WireRecord} from '../../rpc/contract/record.js';
import type {CommandContext} from '../context.js';
import {eachPageInTurn} from '../pages.js';
import {savePayload} from '../segments/save-payload.js';
import {humanBytes} from '../text/numbers.js';
import type {ExportTarget} from './export-target.js';

export type ExportFilter = Omit<Arguments<'relay.deadletter.list'>, 'limit' | 'cursor'>;

export type ExportSum = {
	readonly records: number;
	/** Files: records of one segment, and segments of the same bytes, share one. */
	readonly payloads: number;
	readonly payload_bytes: number;
	/** Records whose payload the store no longer has: their metadata alone is there. */
	readonly without_payload: number;
	/** Records whose payload should have come and did not, or with another digest. */
	readonly failed: number;
};

/** Writes every deadletter that `filter` lets through to `target`, which is neither finished nor abandoned here. Reads the store only. */
export const exportDeadletters = async (
	context: CommandContext,
	filter: ExportFilter,
	target: ExportTarget,
): Promise<ExportSum> => {
	const {call, signal, output} = context;
	const daemon = await call('daemon.ping', {});
	const sum = {records: 0, payloads: 0, payload_bytes: 0, without_payload: 0, failed: 0};
	const fetchPayload = await payloadFetcher(context, target, sum);
	const lines = path.join(target.staging, 'records.jsonl');
	const handle = await open(lines, 'wx', 0o600);
	try {
		await eachPageInTurn(
			page => call('relay.deadletter.list', {...filter, ...page}),
			async (records, total) => {
				for (const record of records) {
					signal.throwIfAborted();
					const payload = await fetchPayload(record);
					await handle.appendFile(`${JSON.stringify({...record, payload: payload ?? null})}\n`);
					sum.records++;
					const text = `${sum.records} deadletters, ${humanBytes(sum.payload_bytes)} of payload`;
					output.progress({done: sum.records, total, text});
				}
			},
		);
		await handle.sync();
	} finally {
		await handle.close();
	}
	await target.add(lines, 'records.jsonl');
	await addManifest(target, daemon, filter, sum);
	return sum;
};

type Sum = {-readonly [Key in keyof ExportSum]: ExportSum[Key]};

/** Reasons for which there is no payload any more. */
const WITHOUT: ReadonlySet<string | undefined> = new Set(['EVICTED', 'CORRUPT', 'SEGMENT_MISSING']);
const GONE: ReadonlySet<string> = new Set(['NOT_FOUND', 'SEGMENT_MISSING']);

/** Gets the payload of a record into the target, unless it is there, and returns its name in it. */
const payloadFetcher = async (
	{openIngest, signal, output}: CommandContext,
	target: ExportTarget,
	sum: Sum,
): Promise<(record: WireRecord) => Promise<string | undefined>> => {
	const ingest = await openIngest();
	const there = new Set<string>();
	await mkdir(path.join(target.staging, 'payloads'), {mode: 0o700});
	return async ({segment_id: segment, peer_id: peer, sha256, size_bytes: size, reason}) => {
		const name = `payloads/${sha256}`;
		if (there.has(sha256)) {
			return name;
		}
		if (WITHOUT.has(reason)) {
			sum.without_payload++;
			return undefined;
		}
		try {
			const file = path.join(target.staging, name);
			await savePayload(await ingest.fetch(segment, signal), file, sha256, signal);
			await chmod(file, 0o600);
			await target.add(file, name);
		} catch (error) {
			if (!(error instanceof EdgedError)) {
				throw error; // The disk is full, or the daemon is gone: the rest would meet it too.
			}
			if (GONE.has(error.code)) {
				sum.without_payload++;
			} else {
				sum.failed++;
				output.complain(`${segment} for ${peer}: ${error.message}; exported without its payload`);
			}
			return undefined;
		}
		there.add(sha256);
		sum.payloads++;
		sum.payload_bytes += size;
		return name;
	};
};

/** Comes last: an export without it is not whole. */
const addManifest = async (
	target: ExportTarget,
	{node_id, version, started_at: _}: Result<'daemon.ping'>,
	filter: ExportFilter,
	sum: ExportSum,
): Promise<void> => {
	const file = path.join(target.staging, 'manifest.json');
	const manifest = {
		format: 'edged-deadletters',
		format_version: 1,
		node_id,
		edged_version: version,
		filter,
		...sum,
	};
	await writeFile(file, `${JSON.stringify(manifest, undefined, 2)}\n`, {
		mode: 0o600,
		flush: true,
		flag: 'wx',
	});
	await target.add(file, 'manifest.json');
};
