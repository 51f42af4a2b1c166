import type {PeerNo} from '../outbound/units.js';
import type {StoreHandles} from './handles.js';
import type {LeaseKey} from './layout.js';
import {decodeLease} from './lease-row.js';
import {bucketAt, DAY_BUCKETS} from './quota-buckets.js';
import {readQuota, TOTAL} from './quota-rows.js';

/** What of the daily quotas is not as it must be: the total covers the peers, and memory counts what the rows do. */
export const quotaViolations = ({env, quota, peers, age}: StoreHandles): readonly string[] => {
	const found: string[] = [];
	const rows = readQuota(env);
	const oldest = bucketAt(age.now()) - DAY_BUCKETS;
	const sums = new Map<number, number>();
	// Older rows go one peer after the other.
	for (const {peer, bucket, bytes} of rows.filter(row => row.bucket >= oldest)) {
		sums.set(bucket, (sums.get(bucket) ?? 0) + (peer === TOTAL ? -bytes : bytes));
		const known = quota.bytesIn(peer, bucket);
		if (known !== bytes) {
			found.push(`quota bucket ${bucket} of peer ${peer} is ${known} in memory, ${bytes} on disk`);
		}
	}
	for (const [bucket, missing] of sums) {
		if (missing > 0) {
			found.push(`quota bucket ${bucket}: the peers have ${missing} bytes more than the total`);
		}
	}
	const open = new Map<PeerNo, number>();
	for (const {key, value} of env.leases.getRange()) {
		const [peer] = key as LeaseKey;
		const {quotaBytes} = decodeLease(value);
		for (const no of [peer, TOTAL]) {
			open.set(no, (open.get(no) ?? 0) + quotaBytes);
		}
	}
	for (const no of [TOTAL, ...peers.all.map(peer => peer.no)]) {
		const charged = open.get(no) ?? 0;
		if (quota.openOf(no) !== charged) {
			found.push(`open leases of peer ${no} are charged ${charged}, memory says ${quota.openOf(no)}`);
		}
	}
	return found;
};
