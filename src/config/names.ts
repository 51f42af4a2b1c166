import {z} from 'zod';
import {isPeerId, type PeerId} from '../outbound/names.js';
import type {Kind} from './field.js';

/** What names a peer, and a node: an operator who sees one in a log knows which alphabet to expect. */
export const peerName: Kind<PeerId> = {
	allowed: '1-64 of A-Z a-z 0-9 . _ : -, first a letter or digit',
	schema: z.custom<PeerId>(value => typeof value === 'string' && isPeerId(value)),
	toPlain: value => value,
};
