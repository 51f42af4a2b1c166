import type {Clock} from '../../runtime/clock.js';
import type {Collector} from './collector.js';
import {auditRecent} from './collectors/audit-recent.js';
import {buildInfo} from './collectors/build-info.js';
import {configuration} from './collectors/config.js';
import {logs} from './collectors/logs.js';
import {peers} from './collectors/peers.js';
import {relayStatus, shape} from './collectors/relay-status.js';
import {storage} from './collectors/storage.js';
import {systemInfo} from './collectors/system-info.js';
import type {Subject} from './subject.js';

/** In the order in which they run. */
export const allCollectors = (subject: Subject, clock: Clock): readonly Collector[] => [
	systemInfo(subject, clock),
	buildInfo(subject),
	configuration(subject),
	relayStatus(subject),
	shape(subject),
	auditRecent(subject),
	logs(subject),
	storage(subject),
	peers(subject, clock),
];
