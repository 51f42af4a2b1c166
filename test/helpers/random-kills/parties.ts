import path from 'node:path';
import type {SuccessCondition} from '../../../src/config/relay.js';
import {directoryPeer, edgeConfig} from '../edge-daemon.js';
import type {Teardown} from '../temp-dir.js';
import {COMMON, Relay, startHub} from '../two-daemons/relay.js';
import type {KillScenario} from './scenario.js';
import {WebEndpoint} from './web-endpoint.js';

export type Parties = {
	readonly edge: Relay;
	readonly hub: Relay;
	/** Of the hub: what has arrived there. */
	readonly hubOutbox: string;
	readonly web: WebEndpoint;
	/** What has arrived at the web endpoint. */
	readonly webFile: string;
	/** What has arrived at the third peer, a directory. */
	readonly files: string;
	/** The edge's configuration with another success condition. */
	configWith(condition: SuccessCondition): string;
};

/** The peers of the edge, all three in its default route. */
export const PEERS = ['hub', 'web', 'files'] as const;

/** One edge with a hub over mutual TLS, a web endpoint and a directory. */
export const startParties = async (
	t: Teardown,
	directory: string,
	scenario: KillScenario,
	seed: number,
): Promise<Parties> => {
	const {hub, outbox: hubOutbox, asPeer} = await startHub(t, directory);
	const webFile = path.join(directory, 'received.jsonl');
	const {dropShare, format, filesRate, condition: first} = scenario;
	const web = await WebEndpoint.start(t, {file: webFile, dropShare, seed});
	const configWith = (condition: SuccessCondition): string =>
		edgeConfig(`
[relay]
success_condition = ${JSON.stringify(condition)}
${COMMON}${asPeer}
[[peers]]
id = "web"
transport = "http"
url = "${web.url}"
format = "${format}"
${directoryPeer('files', `bytes_per_second = ${filesRate}`)}`);
	const edge = await Relay.start(t, path.join(directory, 'edge'), configWith(first));
	return {edge, hub, hubOutbox, web, webFile, files: edge.inHome('files'), configWith};
};
