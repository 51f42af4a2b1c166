import {z} from 'zod';
import type {Kind} from './field.js';

/** Where a TCP listener binds. Port 0 lets the kernel choose. */
export type ListenAddress = {readonly host: string; readonly port: number};

/** A name or an address, and a port; an IPv6 address in brackets. */
const ADDRESS = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/;
const MAX_PORT = 65_535;

export const listenAddress: Kind<ListenAddress> = {
	allowed: 'HOST:PORT, such as "127.0.0.1:9746" or "[::]:7443"',
	schema: z
		.string()
		.transform(parseListenAddress)
		.pipe(z.custom<ListenAddress>(value => value !== undefined)),
	toPlain: formatListenAddress,
};

export function formatListenAddress({host, port}: ListenAddress): string {
	return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function parseListenAddress(text: string): ListenAddress | undefined {
	const [, bracketed, plain, digits] = ADDRESS.exec(text) ?? [];
	const host = bracketed ?? plain;
	const port = Number(digits);
	return host === undefined || port > MAX_PORT ? undefined : {host, port};
}
