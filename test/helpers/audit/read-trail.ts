import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {type AuditLine, CHAIN_START, decodeLine, hashOf} from '../../../src/audit/line.js';

/** All lines in `directory`, read whole. Throws for what is no chain: a second opinion, which shares nothing with `verifyTrail` but the hash. */
export const readChain = (directory: string): AuditLine[] => {
	let {seq, hash} = CHAIN_START;
	return readdirSync(directory)
		.sort()
		.flatMap(name =>
			readFileSync(path.join(directory, name), 'utf8')
				.split(/(?<=\n)/)
				.filter(Boolean),
		)
		.map(text => {
			const bytes = Buffer.from(text);
			const line = decodeLine(bytes);
			if ('why' in line || !text.endsWith('\n')) {
				throw new Error(`no line: ${text}`);
			}
			if (line.seq !== seq + 1 || line.prev !== hash) {
				throw new Error(`line ${line.seq} does not follow line ${seq}`);
			}
			({seq, hash} = {seq: line.seq, hash: hashOf(bytes)});
			return line;
		});
};
