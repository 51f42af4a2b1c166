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
		const error = new DamagedRowError(`${placeName(place)}: ${what}`, place);
		if (this.isStrict) {
			throw error;
		}
		this.onDamaged(error as DamagedRowError & {readonly place: Place});
		return undefined;
	}
}
