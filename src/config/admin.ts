import {optional} from './field.js';
import {listenAddress} from './listen-address.js';
import type {Section, SectionOf} from './section.js';

const fields = {
	/** Health and metrics; `undefined` turns them off. */
	listen: {...optional('listen', listenAddress), fallback: '127.0.0.1:9746'},
} as const;

export type AdminConfig = SectionOf<typeof fields>;

export const adminSection: Section<typeof fields> = {fields};
