import {parsePeerId} from '../../outbound/names.js';

export type PeerPair = {readonly from: string; readonly to: string};

/** `old=new`. */
export const readPeerPair = (text: string): PeerPair => {
	const [from = '', to, ...rest] = text.split('=');
	if (to === undefined || rest.length > 0) {
		throw new Error('Give two peers as OLD=NEW.');
	}
	return {from: parsePeerId(from), to: parsePeerId(to)};
};
