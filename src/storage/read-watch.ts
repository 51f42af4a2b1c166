import type {Key} from 'lmdb';
import type {DatabaseName} from './layout.js';
import {DamagedRowError} from './row-reader.js';

/** Where a row is. */
export type Place = {readonly database: DatabaseName; readonly key: Key};

export const placeName = ({database, key}: Place): string => `${database} ${JSON.stringify(key)}`;

/** What becomes of a damaged row that a read meets. One a store. */
export class ReadWatch {
	/** Set inside a body: what it would do without the row is not to be done. */
	isStrict = false;
	/** Outside a body the row counts as absent, and this is told. */
	onDamaged: (error: DamagedRowError & {readonly place: Place}) => void = () => undefined;

	damaged(place: Place, what: string): undefined {
		if (this.isStrict) {
			throw damageAt(place, what);
		}
		return this.noted(place, what);
	}

	/** For what a body can do without: it goes on, and the row is put right behind it. */
	noted(place: Place, what: string): undefined {
		this.onDamaged(damageAt(place, what));
		return undefined;
	}
}

const damageAt = (place: Place, what: string): DamagedRowError & {readonly place: Place} =>
	new DamagedRowError(`${placeName(place)}: ${what}`, place) as DamagedRowError & {readonly place: Place};
