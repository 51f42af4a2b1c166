import type {Category, Fields} from '../../outbound/audit-event.js';
import type {Backend} from '../../rpc/backend.js';
import type {ChangingMethod, Params, Result} from '../../rpc/contract/methods.js';
import type {Parts} from '../parts.js';
import type {OnFullDisk} from './audit-journal.js';

/** How one changing method is recorded. */
export type Act<M extends ChangingMethod> = {
	/** Of the backend, that does it. */
	readonly verb: keyof Backend;
	/** As in DESIGN section 8; of the parameters where one method does two things. */
	readonly event: string | ((params: Params<M>) => string);
	/** @default 'relay' */
	readonly category?: Category;
	/** One word: pause, purge. */
	readonly action: string;
	readonly resourceType: 'peer' | 'record' | 'records' | 'bandwidth' | 'audit_trail' | (string & {});
	/** What it is done to, e.g. the segment and the peer. `*` where it is a selector. */
	resource(params: Params<M>, parts: Parts): string;
	/** What was asked. @default the parameters, without `operator` and what is `undefined` */
	asked?(params: Params<M>): Fields;
	/** How it was before, for the record of what it is afterwards. Asked before anything is done. */
	before?(params: Params<M>, parts: Parts): Fields | Promise<Fields>;
	/** What came of it. @default the numbers, words and yes or no of the result */
	came?(result: Result<M>): Fields;
	/** This call changes nothing and is no act, such as a repetition: it is not recorded. With `dry_run: true` none is. */
	looksOnly?(params: Params<M>, parts: Parts): boolean;
	/** @default 'refuse' */
	readonly onFullDisk?: OnFullDisk | ((params: Params<M>, parts: Parts) => OnFullDisk);
};

/** One row a method: a changing method of the contract that has none does not compile. */
export type Acts = {readonly [M in ChangingMethod]: Act<M>};
