import type {PeerId} from '../outbound/names.js';
import type {Clock} from '../runtime/clock.js';
import type {QuotaLimits, StoreQuota} from '../storage/store.js';
import {type Asker, type BandwidthLimiter, suspends} from './bandwidth-limiter.js';
import {createBottleneckLimiter} from './bottleneck-limiter.js';
import {Goodput} from './goodput.js';
import {type BandwidthState, Limit, type Limits} from './limit.js';

export type {BandwidthState, Limits} from './limit.js';

export type BandwidthOptions = {
	readonly burstSeconds: number;
	readonly clock: Clock;
	/** Where limits that were set live are kept; values are JSON, `null` for none. */
	readonly settings: {
		readSetting(name: string): unknown;
		/** All or none; durable when it resolves. */
		writeSettings(values: ReadonlyMap<string, unknown>): Promise<void>;
	};
	/** Keeps the daily quotas. */
	readonly quota: Pick<StoreQuota, 'limit' | 'use'>;
};

/** Of both figures those that are set live. */
export type Override = Partial<Limits>;

/** The limits as the file has them. A peer that is not named has none of its own. */
export type FileLimits = {
	readonly total: Limits;
	readonly peers: ReadonlyMap<PeerId, Limits>;
	/** Of every quota; without it records wait, and nothing is kept back. */
	readonly quota?: Pick<QuotaLimits, 'policy' | 'reservePercent'>;
};

/** What a lane sees of the limits that bind it. */
export type LanePacer = {
	/**
	 * How many of the next `bytes` may leave by the peer's limit and by the total, as `BandwidthLimiter.spend`; at once when neither
	 * limits anything. Rejects with the signal's reason.
	 */
	spend(bytes: number, asker: Asker): number | Promise<number>;
	/** Takes bytes that have left beyond what was asked for, without waiting; less than 0 gives back. */
	owe(bytes: number): void;
	/** The lower of both rates, in bytes per second; `Infinity` when neither is limited. */
	rate(): number;
	/** Of the peer on the wire, averaged over as long as acknowledgements are, in bytes per second. */
	pace(): number;
	/** A rate is so low that no send begins. */
	suspended(): boolean;
	/** Counts a delivery that did not begin because of that. */
	heldBack(): void;
	/** Of the window that is open, in the place of the file's rate of the peer; 0 = none. */
	setWindowRate(bytesPerSecond: number): void;
};

/** Short, so that a new rate shows at once; long enough that chunks do not. */
const PACE_MEMORY_MS = 2000;

const NO_LIMITS: Limits = {bytesPerSecond: 0, dailyQuotaBytes: 0};

/** The rates of the device and of each peer: the file's, or what an operator has set live, which outlives restarts. */
export class Bandwidth {
	readonly #options: BandwidthOptions;
	readonly #limits = new Map<PeerId | undefined, Limit>();
	readonly #listeners: Array<() => void> = [];
	#file: FileLimits;
	/** The change that is being written. */
	#changing: Promise<unknown> = Promise.resolve();

	constructor(file: FileLimits, options: BandwidthOptions) {
		this.#options = options;
		this.#file = file;
		this.#limit(undefined);
	}

	pacer(peer: PeerId): LanePacer {
		const total = this.#limit(undefined);
		const own = this.#limit(peer);
		const steady = new Goodput(this.#options.clock);
		const note = (bytes: number): number => {
			steady.add(bytes);
			own.pace.add(bytes);
			total.pace.add(bytes);
			return bytes;
		};
		return {
			spend: (bytes, asker) => {
				if (own.rate === 0 && total.rate === 0) {
					return note(bytes);
				}
				return spendBoth(own.limiter, total.limiter, bytes, {...asker, lane: peer}).then(note);
			},
			owe(bytes) {
				own.limiter.owe(bytes);
				total.limiter.owe(bytes);
				note(bytes);
			},
			rate: () => Math.min(own.rate || Number.POSITIVE_INFINITY, total.rate || Number.POSITIVE_INFINITY),
			pace: () => steady.bytesPerSecond,
			suspended: () => suspends(own.rate) || suspends(total.rate),
			heldBack() {
				for (const limit of [own, total]) {
					limit.heldBack();
				}
			},
			setWindowRate: bytesPerSecond => {
				if (own.setWindowRate(bytesPerSecond) === 'changed') {
					this.#changed();
				}
			},
		};
	}

	/** Sets the figures that are given, of `peer` or of the total; the others stay. Durable and in force when it resolves. */
	set(peer: PeerId | undefined, change: Partial<Limits>): Promise<BandwidthState> {
		return this.#change(peer, former => ({...former, ...change}));
	}

	/** Back to the file's values. Durable and in force when it resolves. */
	reset(peer: PeerId | undefined): Promise<BandwidthState> {
		return this.#change(peer, () => undefined);
	}

	/** What is set live over the file's values; `undefined` when nothing is. */
	override(peer: PeerId | undefined): Override | undefined {
		return this.#limit(peer).override;
	}

	/**
	 * What is set live becomes what `change` makes of it, whoever else is about to change it; what `also` gives is written in the same
	 * commit. Durable and in force when it resolves; when `change` throws, nothing has changed.
	 */
	async amend(
		peer: PeerId | undefined,
		change: (former: Override | undefined) => Override | undefined,
		also: () => ReadonlyMap<string, unknown>,
	): Promise<void> {
		await this.#change(peer, change, also);
	}

	/** Takes other values of the file; what was set live stays in force over them. */
	reload(file: FileLimits): void {
		this.#file = file;
		for (const [peer, limit] of this.#limits) {
			limit.reload(this.#fileLimits(peer));
		}
		this.#changed();
	}

	state(peer?: PeerId): BandwidthState {
		return this.#limit(peer).state();
	}

	/** Peers with a limit of their own, from the file or set live. */
	limitedPeers(): readonly PeerId[] {
		return [...this.#limits].flatMap(([peer, limit]) => (peer !== undefined && limit.isSet ? [peer] : []));
	}

	/** Called (synchronously) after a rate or a quota has changed. */
	onChange(listener: () => void): void {
		this.#listeners.push(listener);
	}

	async stop(): Promise<void> {
		await Promise.all([...this.#limits.values()].map(async ({limiter}) => limiter.stop()));
	}

	#limit(peer: PeerId | undefined): Limit {
		const known = this.#limits.get(peer);
		if (known !== undefined) {
			return known;
		}
		const {burstSeconds, clock, settings, quota} = this.#options;
		const limiter: BandwidthLimiter = createBottleneckLimiter({bytesPerSecond: 0, burstSeconds, clock});
		const use = () => quota.use(peer);
		const pace = new Goodput(clock, PACE_MEMORY_MS);
		const made = new Limit({limiter, pace}, use, this.#fileLimits(peer), parseOverride(settings, peer));
		this.#limits.set(peer, made);
		this.#limitQuota();
		return made;
	}

	#fileLimits(peer: PeerId | undefined): Limits {
		return peer === undefined ? this.#file.total : (this.#file.peers.get(peer) ?? NO_LIMITS);
	}

	/** One after the other: each builds on the figures that the one before has left. */
	async #change(
		peer: PeerId | undefined,
		change: (former: Override | undefined) => Override | undefined,
		also: () => ReadonlyMap<string, unknown> = () => new Map(),
	): Promise<BandwidthState> {
		const limit = this.#limit(peer);
		const changed = this.#changing.then(async () => {
			const override = change(limit.override);
			await this.#options.settings.writeSettings(new Map([...also(), [settingName(peer), override ?? null]]));
			limit.setOverride(override);
			this.#changed();
			return limit.state();
		});
		this.#changing = changed.catch(() => undefined);
		return changed;
	}

	#limitQuota(): void {
		const {policy = 'defer', reservePercent = 0} = this.#file.quota ?? {};
		const quotas = [...this.#limits].map(([peer, {dailyQuotaBytes}]) => [peer, dailyQuotaBytes] as const);
		const peers = new Map(quotas.flatMap(([peer, bytes]) => (peer === undefined ? [] : [[peer, bytes]])));
		const totalBytes = this.#limits.get(undefined)?.dailyQuotaBytes ?? 0;
		this.#options.quota.limit({policy, reservePercent, totalBytes, peers});
	}

	#changed(): void {
		this.#limitQuota();
		for (const listener of this.#listeners) {
			listener();
		}
	}
}

const spendBoth = async (
	own: BandwidthLimiter,
	total: BandwidthLimiter,
	bytes: number,
	asker: Asker,
): Promise<number> => {
	const allowed = await own.spend(bytes, asker);
	let unused = allowed;
	try {
		const both = await total.spend(allowed, asker);
		unused -= both;
		return both;
	} finally {
		own.owe(-unused);
	}
};

/** `:` cannot start a peer id, so the total's name is no peer's. */
const settingName = (peer: PeerId | undefined): string =>
	peer === undefined ? 'bandwidth:total' : `bandwidth:peer:${peer}`;

/** A setting that is not what `set` writes counts as none: a limit must never keep the daemon from starting. */
const parseOverride = (
	settings: BandwidthOptions['settings'],
	peer: PeerId | undefined,
): Override | undefined => {
	const value = settings.readSetting(settingName(peer));
	if (typeof value !== 'object' || value === null) {
		return undefined;
	}
	const figures = Object.entries(value).filter(
		([name, figure]) => name in NO_LIMITS && Number.isSafeInteger(figure) && figure >= 0,
	);
	return figures.length === 0 ? undefined : Object.fromEntries(figures);
};
