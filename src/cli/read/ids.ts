import {parsePeerId, parseSegmentId} from '../../outbound/names.js';
import {suggesting} from './suggests.js';

/** Typed ids are checked here, so that a slip is told before anybody is asked. They go over the wire as plain text. */
export const readPeerId = suggesting({kind: 'names', of: ['peers']}, parsePeerId);
export const readSegmentId = suggesting({kind: 'names', of: ['segments']}, parseSegmentId);
/** Where either may stand. */
export const readSegmentOrPeerId = suggesting({kind: 'names', of: ['peers', 'segments']}, parseSegmentId);
