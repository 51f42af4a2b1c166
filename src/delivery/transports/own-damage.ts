import {hash} from 'node:crypto';
import type {Lease, LeasedPayloads} from '../../storage/store.js';
import type {EntryTrouble} from '../transport.js';

/**
 * The entries of a lease whose payload here does not have the SHA-256 that it was stored with, though its CRC-32 is right: asked when
 * a peer says that what it got is damaged. Reads and hashes the whole lease.
 */
export const ownDamage = (lease: Lease, payloads: LeasedPayloads): readonly EntryTrouble[] => {
	const troubles: EntryTrouble[] = [];
	for (let index = 0; index < lease.entryCount; index++) {
		const payload = payloads.read(index);
		const isDamaged =
			payload instanceof Uint8Array &&
			!hash('sha256', payload, 'buffer').equals(Buffer.from(lease.entry(index).sha256));
		if (isDamaged) {
			troubles.push({index, kind: 'corrupt', message: DAMAGED});
		}
	}
	return troubles;
};

const DAMAGED = 'The payload in the store is damaged: its SHA-256 does not match';
