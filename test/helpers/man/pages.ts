import {configPage} from './config-page.js';
import {edgectlPage} from './edgectl-page.js';
import {edgedPage} from './edged-page.js';

/** The manual pages under man/, by file. */
export const MAN_PAGES: Readonly<Record<string, () => string>> = {
	'edgectl.1': edgectlPage,
	'edged.8': edgedPage,
	'edge.toml.5': configPage,
};
