import {mkdir, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {createDirectoryTransport} from '../../../src/delivery/transports/directory.js';
import {systemClock} from '../../../src/runtime/clock.js';
import {FakeClock} from '../fake-clock.js';
import {temporaryDirectory} from '../temp-dir.js';
import type {Subject} from './subject.js';

const NOBODY_ANSWERS = 'nobody answers: a file that is durable under its name is the acknowledgement';
const NO_CONNECTION = 'there is no connection';
const NO_CERTIFICATE = 'there is no handshake, and so no certificate';

export const directorySubject: Subject = {
	name: 'directory',
	exempt: {
		'an answer that leaves something out is believed for nothing': NOBODY_ANSWERS,
		'429 with Retry-After is the trouble of the lane, which comes back when told': NOBODY_ANSWERS,
		'503 with Retry-After is the trouble of the lane, which comes back when told': NOBODY_ANSWERS,
		'a redirect is not followed, and no secret in it is told': NOBODY_ANSWERS,
		'an answer without end is cut off': NOBODY_ANSWERS,
		'an answer that drips for ever comes to an end': NOBODY_ANSWERS,
		'a peer that takes a segment and says nothing makes it a suspect': NOBODY_ANSWERS,
		'an answer that breaks off in its head makes a suspect': NOBODY_ANSWERS,
		'a connection that is reset in the middle of a payload makes a suspect': NO_CONNECTION,
		'a slow reader is waited for': NO_CONNECTION,
		'one connection serves bodies of any size, one after another': NO_CONNECTION,
		'a connection that the peer closed while it was idle is replaced': NO_CONNECTION,
		'a connection that the peer resets when it is used again is replaced, and nobody is suspected':
			NO_CONNECTION,
		'a peer that resets fresh connections too is asked no more than twice': NO_CONNECTION,
		'a certificate of the peer that nobody we trust has signed gets nothing': NO_CERTIFICATE,
		'an expired certificate of the peer gets nothing': NO_CERTIFICATE,
		'a certificate of the peer for another name gets nothing': NO_CERTIFICATE,
		'a renewed certificate of our own is used without a restart': NO_CERTIFICATE,
		'an expired certificate of our own blames nobody': NO_CERTIFICATE,
		'a certificate of our own that the peer does not trust blames nobody': NO_CERTIFICATE,
	},
	async open(t, {refuses = []} = {}) {
		const directory = path.join(await temporaryDirectory(t), 'outbox');
		await mkdir(directory);
		for (const id of refuses) {
			await writeFile(path.join(directory, id), 'somebody else has put this here');
		}
		// Its steps on the disk are timed; nothing of that is at stake here.
		const transport = createDirectoryTransport({directory, clock: systemClock});
		t.teardown(() => transport.close());
		return {
			transport,
			clock: new FakeClock(),
			async stored() {
				const names = (await readdir(directory)).filter(name => name.endsWith('.meta.json'));
				const entries = names.map(async name => {
					const {segment_id} = JSON.parse(await readFile(path.join(directory, name), 'utf8'));
					const text = await readFile(path.join(directory, name.slice(0, -'.meta.json'.length)), 'utf8');
					return [segment_id, text] as const;
				});
				return Object.fromEntries(await Promise.all(entries));
			},
			requests: () => 0,
			connections: () => 0,
			closeIdle: async () => {},
			async goAway() {
				await rm(path.dirname(directory), {recursive: true});
			},
		};
	},
};
