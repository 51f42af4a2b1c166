import type {Result} from '../../rpc/contract/methods.js';
import type {WirePeerStatus} from '../../rpc/contract/status.js';
import {grouped, humanBytes} from '../text/numbers.js';
import {link, trouble} from '../text/peers.js';
import {humanSeconds} from '../text/time.js';

/** A peer of which only figures change says so no more often than this. */
const QUIET_MS = 10_000;

type Said = {readonly link: string; readonly words: string; readonly at: number};

/** What is worth a line, for who reads no terminal: each peer once, then when its link or its troubles change, and its figures now and then. */
export class ChangedLines {
	readonly #said = new Map<string, Said>();

	/** `elapsed` in milliseconds since an arbitrary start. */
	of({peers, queried_at: now}: Result<'relay.status'>, elapsed: number): readonly string[] {
		return peers.flatMap(peer => {
			const before = this.#said.get(peer.peer_id);
			const state = `${link(peer)} ${peer.last_error ?? ''}`;
			const words = wordsOf(peer, now);
			const isNews = before?.link !== state || (before.words !== words && elapsed - before.at >= QUIET_MS);
			if (!isNews) {
				return [];
			}
			this.#said.set(peer.peer_id, {link: state, words, at: elapsed});
			return [`${now} ${words}`];
		});
	}
}

const wordsOf = (peer: WirePeerStatus, now: string): string => {
	const {scheduled, failed, inflight, deadletter} = peer.queue_depth;
	const {rate_limit_bytes_per_second: limit, eta_seconds: eta} = peer;
	return [
		`${peer.peer_id} ${link(peer)}: ${grouped(scheduled + failed)} waiting`,
		`${grouped(inflight)} inflight`,
		`${grouped(deadletter)} dead`,
		`${humanBytes(peer.wire_bytes_per_second_now)}/s${limit === 0 ? '' : ` of ${humanBytes(limit)}/s`}`,
		...(eta === null || scheduled + failed + inflight === 0 ? [] : [`ETA ${humanSeconds(eta)}`]),
		...trouble(peer, now),
	].join(', ');
};
