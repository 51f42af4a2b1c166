/** A 4xx that says nothing about any one segment: the peer is overloaded, elsewhere, or does not know us. */
export const isLaneStatus = (status: number): boolean => LANE_STATUSES.has(status);

const LANE_STATUSES: ReadonlySet<number> = new Set([401, 403, 404, 407, 408, 425, 429]);
