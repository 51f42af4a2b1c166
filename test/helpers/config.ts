import type {Config} from '../../src/config/config.js';
import {parseConfig} from '../../src/config/parse-config.js';
import type {FileProbe} from '../../src/config/section.js';

/** A peer that needs no files. */
export const HUB = '[[peers]]\nid = "hub"\nurl = "http://localhost:7443"\n';
export const NODE = '[node]\nid = "edge-7"\n';

/** The configuration in `text`, as if it stood in /etc/edged/edge.toml; every file it names is there unless `probe` knows better. */
export const configFrom = (text: string, probe: FileProbe = () => undefined): Config =>
	parseConfig(text, {file: 'edge.toml', directory: '/etc/edged', probe});

/** The least that loads: every default holds. */
export const defaultConfig = (): Config => configFrom(NODE + HUB);
