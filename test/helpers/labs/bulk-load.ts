import {randomBytes} from 'node:crypto';
import {Pool} from 'undici';
import {encodeRequest, REQUEST_CONTENT_TYPE} from '../../../src/storage/request-codec.js';

const REQUEST_BYTES = 1024 * 1024;
const REQUEST_ENTRIES = 1000;
const IN_FLIGHT = 4;

/** Hands over segments of `byteLength`, `totalBytes` of payload in all, through the ingest socket. How many they were. */
export const bulkLoad = async (
	socketPath: string,
	byteLength: number,
	totalBytes: number,
): Promise<number> => {
	const pool = new Pool('http://localhost', {socketPath, connections: IN_FLIGHT});
	const batch = Math.max(1, Math.min(REQUEST_ENTRIES, Math.floor(REQUEST_BYTES / byteLength)));
	let left = Math.ceil(totalBytes / byteLength);
	const count = left;
	const slot = async (): Promise<void> => {
		while (left > 0) {
			const entries = Math.min(batch, left);
			left -= entries;
			const payload = randomBytes(byteLength);
			const made = {identity: {kind: 'made'}, payload, classNo: 2, hops: 0} as const;
			const {head, payloads} = encodeRequest(Array.from({length: entries}, () => made));
			const response = await pool.request({
				method: 'POST',
				path: '/v1/segments',
				headers: {'content-type': REQUEST_CONTENT_TYPE},
				body: Buffer.concat([head, ...payloads]),
			});
			const text = await response.body.text();
			if (response.statusCode !== 200) {
				throw new Error(`The edge answered ${response.statusCode}: ${text.slice(0, 300)}`);
			}
		}
	};
	await Promise.all(Array.from({length: IN_FLIGHT}, slot));
	await pool.close();
	return count;
};
