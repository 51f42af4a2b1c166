import type {AgeMs} from '../outbound/units.js';

/** What is sent counts in steps of so long by the age clock. */
export const BUCKET_MS = 300_000;
/** A bucket counts in the one it fills and in so many after it: what was sent is never forgotten before a whole day. */
export const DAY_BUCKETS = 288;
/** The pace of late is that of so many buckets. */
const PACE_BUCKETS = 12;

export const bucketAt = (age: AgeMs): number => Math.floor(age / BUCKET_MS);

/** When a bucket counts no more. */
export const endOf = (bucket: number): AgeMs => ((bucket + DAY_BUCKETS + 1) * BUCKET_MS) as AgeMs;

/** The bytes of the last 24 hours, of one peer or of all, as memory holds them. */
export class QuotaBuckets {
	readonly #bytes = new Map<number, number>();
	#sum = 0;
	/** Older ones are gone. */
	#oldest = 0;

	add(bucket: number, bytes: number): void {
		if (bucket >= this.#oldest) {
			this.#bytes.set(bucket, this.of(bucket) + bytes);
			this.#sum += bytes;
		}
	}

	of(bucket: number): number {
		return this.#bytes.get(bucket) ?? 0;
	}

	/** Bytes that count at `now`. */
	sum(now: AgeMs): number {
		this.#forget(bucketAt(now) - DAY_BUCKETS);
		return this.#sum;
	}

	/** When `bytes` of what counts at `now` will count no more; `undefined` when there are not so many. */
	freeAt(bytes: number, now: AgeMs): AgeMs | undefined {
		this.#forget(bucketAt(now) - DAY_BUCKETS);
		let freed = 0;
		for (const bucket of this.#inOrder()) {
			freed += this.of(bucket);
			if (freed >= bytes) {
				return endOf(bucket);
			}
		}
		return undefined;
	}

	/** When `limit` is reached if it goes on at the pace of the last hour, within a day; `open` bytes count besides. */
	reaches(limit: number, open: number, now: AgeMs): AgeMs | undefined {
		const pace = this.#pace(now);
		let used = this.sum(now) + open;
		let at = Number(now);
		for (let bucket = bucketAt(now); pace > 0 && at < now + DAY_BUCKETS * BUCKET_MS; bucket++) {
			const end = (bucket + 1) * BUCKET_MS;
			if (used + pace * (end - at) >= limit) {
				return Math.round(at + Math.max(0, limit - used) / pace) as AgeMs;
			}
			used += pace * (end - at) - this.of(bucket - DAY_BUCKETS);
			at = end;
		}
		return undefined;
	}

	/** Bytes a millisecond. */
	#pace(now: AgeMs): number {
		const current = bucketAt(now);
		const recent = this.#inOrder().filter(bucket => bucket > current - PACE_BUCKETS && this.of(bucket) > 0);
		const bytes = recent.reduce((sum, bucket) => sum + this.of(bucket), 0);
		const [first = current] = recent;
		return bytes / Math.max(BUCKET_MS, now - first * BUCKET_MS);
	}

	#inOrder(): readonly number[] {
		return [...this.#bytes.keys()].sort((a, b) => a - b);
	}

	#forget(oldest: number): void {
		if (oldest <= this.#oldest) {
			return;
		}
		this.#oldest = oldest;
		for (const [bucket, bytes] of this.#bytes) {
			if (bucket < oldest) {
				this.#bytes.delete(bucket);
				this.#sum -= bytes;
			}
		}
	}
}
