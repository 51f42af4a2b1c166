/** Typed ids are checked here, so that a slip is told before anybody is asked. They go over the wire as plain text. */
export {parsePeerId as readPeerId, parseSegmentId as readSegmentId} from '../../outbound/names.js';
