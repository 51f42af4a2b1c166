import type {PeerNo} from '../outbound/units.js';
import {Bits} from './bits.js';

/**
 * Which entries of a block a peer has no record of, because records were moved: of a peer that they left, those that left; of one that
 * they came to, those that did not. A peer that is not named has a record of every entry. In a block table: per peer u32 number and bitmap.
 */
export type Elsewhere = ReadonlyMap<PeerNo, Bits>;

const PEER_BYTES = 4;
/** The number of peers is a u8. */
export const MOST_MOVED_PEERS = 255;

/** What one peer takes in the table of a block of `count` entries. */
export const elsewhereBytes = (count: number): number => PEER_BYTES + ((count + 7) >>> 3);

export const encodeElsewhere = (elsewhere: Elsewhere): Buffer =>
	Buffer.concat(
		[...elsewhere].map(([peer, bits]) => {
			const bytes = Buffer.alloc(PEER_BYTES + bits.byteLength);
			bytes.writeUInt32LE(peer);
			bits.writeBytes(bytes, PEER_BYTES);
			return bytes;
		}),
	);

/** `bytes` begin with the rows of `peers` peers. */
export const decodeElsewhere = (bytes: Buffer, peers: number, count: number): Elsewhere => {
	const length = elsewhereBytes(count);
	const found = new Map<PeerNo, Bits>();
	for (let at = 0; at < peers * length; at += length) {
		const bits = Bits.fromBytes(count, bytes.subarray(at + PEER_BYTES, at + length));
		found.set(bytes.readUInt32LE(at) as PeerNo, bits);
	}
	return found;
};
