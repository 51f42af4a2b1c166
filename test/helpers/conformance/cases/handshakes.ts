import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import type {ExecutionContext} from 'ava';
import {certificates, type KeyPair, type LeafRequest} from '../../certificates.js';
import {temporaryDirectory} from '../../temp-dir.js';
import {type Delivered, deliver} from '../deliver.js';
import type {Case, Papers, Subject} from '../subject.js';

const ONE = [{bytes: 'one'}];
const HUB: LeafRequest = {commonName: 'hub', subjectAltName: 'DNS:localhost,IP:127.0.0.1'};
const EDGE: LeafRequest = {commonName: 'edge-1', subjectAltName: 'URI:edged://edge-1'};

/** Nothing is stored, nobody is to blame, and the probe says so. What became of the segment, and the words for it. */
const getsNothing = async (t: ExecutionContext, subject: Subject, papers: Papers): Promise<Delivered> => {
	const {transport, stored} = await subject.open(t, {}, papers);
	const delivered = await deliver(t, transport, ONE);
	t.deepEqual(await stored(), {});
	t.like(await transport.probe(new AbortController().signal), {kind: 'down'});
	return delivered;
};

const isNotBelieved = async (
	t: ExecutionContext,
	subject: Subject,
	papers: Papers,
	words: RegExp,
): Promise<void> => {
	const {fates, link, outcome} = await getsNothing(t, subject, papers);
	t.deepEqual(fates, ['released']);
	t.true(outcome.bytesSent < 1000, `${outcome.bytesSent} bytes left: a hello, and no certificate of ours`);
	t.regex(link?.message ?? '', words);
};

/**
 * In TLS 1.3 we may write before the peer has looked at our certificate, and one that does not like it may just hang up. Then the
 * segment is a suspect until the probe, which fares no better, has cleared it.
 */
const isNotLetIn = async (t: ExecutionContext, subject: Subject, papers: Papers): Promise<void> => {
	const {fates} = await getsNothing(t, subject, papers);
	t.true(fates[0] === 'released' || fates[0] === 'suspect', fates[0]);
};

const peer = (pair: Promise<KeyPair>): Promise<{peer: KeyPair}> => pair.then(peer => ({peer}));
const own = (pair: Promise<KeyPair>): Promise<{own: KeyPair}> => pair.then(own => ({own}));

/** Who shows what to whom. File names hold the subject's, for all share one authority. */
export const HANDSHAKES: readonly Case[] = [
	{
		title: 'a certificate of the peer that nobody we trust has signed gets nothing',
		run: (t, subject) =>
			isNotBelieved(
				t,
				subject,
				({stranger}) => peer(stranger.sign(`${subject.name} sly`, HUB)),
				/certificate/,
			),
	},
	{
		title: 'an expired certificate of the peer gets nothing',
		run: (t, subject) =>
			isNotBelieved(
				t,
				subject,
				({authority}) => peer(authority.sign(`${subject.name} old hub`, {...HUB, validity: 'expired'})),
				/certificate has expired/,
			),
	},
	{
		title: 'a certificate of the peer for another name gets nothing',
		run: (t, subject) =>
			isNotBelieved(
				t,
				subject,
				({authority}) => peer(authority.sign(`${subject.name} other`, {...HUB, subjectAltName: 'DNS:other'})),
				/127\.0\.0\.1/,
			),
	},
	{
		title: 'an expired certificate of our own blames nobody',
		run: (t, subject) =>
			isNotLetIn(t, subject, ({authority}) =>
				own(authority.sign(`${subject.name} old edge`, {...EDGE, validity: 'expired'})),
			),
	},
	{
		title: 'a certificate of our own that the peer does not trust blames nobody',
		run: (t, subject) =>
			isNotLetIn(t, subject, ({stranger}) => own(stranger.sign(`${subject.name} stranger`, EDGE))),
	},
	{
		title: 'a renewed certificate of our own is used without a restart',
		async run(t, subject) {
			const directory = await temporaryDirectory(t);
			const ours = {certFile: path.join(directory, 'crt'), keyFile: path.join(directory, 'key')};
			const put = async ({cert, key}: KeyPair): Promise<void> => {
				await writeFile(ours.certFile, cert);
				await writeFile(ours.keyFile, key);
			};
			const stage = await subject.open(t, {}, async ({stranger}) => {
				const pair = await stranger.sign(`${subject.name} former`, EDGE);
				await put(pair);
				return {own: {...pair, ...ours}};
			});
			t.not((await deliver(t, stage.transport, ONE)).fates[0], 'acked');
			const {client} = await certificates();
			await writeFile(ours.certFile, client.cert); // Half a renewal.
			stage.clock.advance(1000);
			t.not((await deliver(t, stage.transport, ONE)).fates[0], 'acked');
			await put(client);
			stage.clock.advance(1000);
			t.deepEqual((await deliver(t, stage.transport, ONE)).fates, ['acked']);
		},
	},
];
