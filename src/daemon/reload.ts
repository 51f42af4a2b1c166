import type {Config} from '../config/config.js';
import {effectiveConfig} from '../config/effective.js';
import type {Transport} from '../delivery/transport.js';
import {tlsFilesProblem} from '../delivery/transports/check-tls-files.js';
import {EdgedError} from '../outbound/errors.js';
import type {Assembled} from './daemon.js';
import {fileLimits} from './file-limits.js';
import {ingestOptions} from './ingest-options.js';
import {clearAway} from './leaving-peers.js';
import {mergeLive} from './merge-live.js';
import {type PeerChanges, peerChanges} from './peer-changes.js';
import {numberPeers, type RelayPeer} from './peers.js';
import {settingsThatDiffer} from './settings-that-differ.js';
import {storeSettings} from './store-settings.js';
import {createTransport} from './transports.js';

type Target = Pick<Assembled, 'core' | 'doors' | 'live' | 'logs' | 'store'>;

/**
 * Takes from `wanted` what can change while edged runs, all of it or nothing, and says in the log what needs a restart.
 * `INVALID_CONFIG` says why nothing has changed: bad certificates, a ceiling below what is stored, a peer removed that still has
 * work. Resolves when lanes that had to be ended have ended.
 */
export const reload = async (wanted: Config, target: Target): Promise<Applied> => {
	const {core, doors, live, logs, store} = target;
	const former = live.current;
	const merged = mergeLive(former, wanted);
	store.checkCeiling(merged.storage.diskCeilingBytes);
	await checkCertificates(merged.peers);
	const peers = await numberPeers(store, merged.peers);
	const changes = peerChanges(core.peers.configured, peers);
	const transports = openTransports(changes, merged, target);
	try {
		await clearAway(changes.removed, core, former.node.drainTimeoutMs);
		await doors.ingest.reload(ingestOptions(merged));
	} catch (error) {
		core.peers.holdBack([]);
		await Promise.all([...transports.values()].map(transport => transport.close()));
		throw error;
	}
	// From here on nothing can fail.
	store.changeSettings(storeSettings(merged));
	core.peers.replace(peers);
	core.bandwidth.reload(fileLimits(merged));
	logs.setLevel(merged.node.logLevel);
	live.replace(merged);
	core.dispatcher.reloadWindows();
	const applied = tellChanges({former, merged, wanted}, target);
	await changeLanes(changes, transports, target);
	return applied;
};

/** Keys of the configuration, in full. */
export type Applied = {readonly applied: readonly string[]; readonly needs_restart: readonly string[]};

/** Before anything is changed: a lane goes on with the files it has read, and a restart would not. */
const checkCertificates = async (peers: Config['peers']): Promise<void> => {
	for (const peer of peers) {
		const tls = peer.transport === 'directory' ? undefined : peer.tls;
		const problem = tls && (await tlsFilesProblem(tls));
		if (problem !== undefined) {
			throw new EdgedError('INVALID_CONFIG', `peer ${peer.id}: ${problem}`, {peer_id: peer.id});
		}
	}
};

type Transports = ReadonlyMap<RelayPeer, Transport>;

const openTransports = ({added, moved}: PeerChanges, config: Config, {core}: Target): Transports =>
	new Map([...added, ...moved].map(peer => [peer, createTransport(peer.config, config, core.clock)]));

const changeLanes = async (
	{added, moved, removed}: PeerChanges,
	transports: Transports,
	{core: {dispatcher}, live}: Target,
): Promise<void> => {
	const {drainTimeoutMs} = live.current.node;
	for (const peer of added) {
		dispatcher.add(peer, transports.get(peer) as Transport);
	}
	await Promise.all([
		...moved.map(peer => dispatcher.replace(peer, transports.get(peer) as Transport, drainTimeoutMs)),
		...removed.map(({id}) => dispatcher.remove(id, drainTimeoutMs)),
	]);
};

type Versions = {readonly former: Config; readonly merged: Config; readonly wanted: Config};

const tellChanges = ({former, merged, wanted}: Versions, {core: {logger, events}}: Target): Applied => {
	const applied = [
		...new Set([
			...settingsThatDiffer(effectiveConfig(former), effectiveConfig(merged)),
			...changedUrls(former, merged),
		]),
	].sort();
	const needsRestart = settingsThatDiffer(effectiveConfig(merged), effectiveConfig(wanted));
	const facts = {applied, needs_restart: needsRestart};
	logger.info({event: 'config.reloaded', ...facts}, 'config.reloaded');
	events.tell({kind: 'change', event: 'config.reloaded', facts});
	if (needsRestart.length > 0) {
		logger.warn({needs_restart: needsRestart}, 'what else has changed in the file needs a restart');
	}
	for (const notice of merged.notices.filter(sentence => !former.notices.includes(sentence))) {
		logger.warn(notice);
	}
	return facts;
};

/** Also those of which only a password or a token is another: the effective configuration does not show them. */
const changedUrls = (former: Config, merged: Config): string[] => {
	const before = new Map(former.peers.map(peer => [peer.id, urlOf(peer)]));
	return merged.peers
		.filter(peer => before.has(peer.id) && before.get(peer.id) !== urlOf(peer))
		.map(({id}) => `peers.${id}.url`);
};

const urlOf = (peer: Config['peers'][number]): string => (peer.transport === 'directory' ? '' : peer.url);
