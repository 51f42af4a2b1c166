import {styleText} from 'node:util';

export type Tone = 'good' | 'bad' | 'warn' | 'faint' | 'strong';

/** Colours `text`, or leaves it alone when the output is no terminal. */
export type Style = (tone: Tone, text: string) => string;

export const plain: Style = (_tone, text) => text;

export const coloured: Style = (tone, text) => styleText(FORMATS[tone], text, {validateStream: false}); // Who chose it knows the stream.

const FORMATS = {good: 'green', bad: 'red', warn: 'yellow', faint: 'dim', strong: 'bold'} as const;
