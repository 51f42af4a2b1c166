import type {Socket} from 'node:net';

/** The kernel's word for who opened a connection: as it was then, whatever the process has become since. */
export type Credentials = {
	readonly uid: number;
	readonly gid: number;
	/** 0 for a process of another pid namespace. */
	readonly pid: number;
};

export type PeerCredentials = {
	/** Why nobody can be asked; `undefined` when the kernel answers. */
	readonly missing: string | undefined;
	/** Never throws. `undefined` for what is no open Unix socket. */
	of(socket: Socket): Credentials | undefined;
};

/** Where it runs, and how koffi is loaded. */
export type CredentialsPlatform = {
	readonly platform: string;
	readonly arch: string;
	load(): Promise<Koffi>;
};

/** As much of it as is used here. */
type Koffi = {
	readonly default: {load(library: string | null): {func(prototype: string): unknown}};
};

/** Not a literal, which the compiler would look up: edged is also built where optional packages are left out. */
const KOFFI: string = 'koffi';

/**
 * Node has no call for SO_PEERCRED (unix(7)), so libc is asked through koffi, which is an optional package. The only door to it,
 * and it is loaded here, not at import: it costs 25 ms and 4 MB. Never rejects.
 */
export const openPeerCredentials = async (
	{platform, arch, load}: CredentialsPlatform = {
		platform: process.platform,
		arch: process.arch,
		load: () => import(KOFFI) as Promise<Koffi>,
	},
): Promise<PeerCredentials> => {
	const option = platform === 'linux' ? PEER_CREDENTIALS[arch] : undefined;
	if (option === undefined) {
		return nobody(`edged does not know how to ask the kernel on ${platform} (${arch})`);
	}
	try {
		const {default: koffi} = await load();
		const getsockopt = koffi
			.load(null) // The C library that node itself runs on.
			.func('int getsockopt(int fd, int level, int name, void *value, void *length)') as GetSockOpt;
		return {missing: undefined, of: socket => ask(getsockopt, option, descriptorOf(socket))};
	} catch (error) {
		return nobody(`the optional package koffi cannot be loaded: ${firstLine(error)}`);
	}
};

/** The number of SO_PEERCRED, by the name that Node has for the processor. SOL_SOCKET is 1 on all of them. */
const PEER_CREDENTIALS: Readonly<Record<string, number>> = {
	x64: 17,
	ia32: 17,
	arm: 17,
	arm64: 17,
	riscv64: 17,
	loong64: 17,
	s390x: 17,
	ppc64: 21,
};
const SOL_SOCKET = 1;

type GetSockOpt = (fd: number, level: number, name: number, value: Int32Array, length: Int32Array) => number;

/** struct ucred: pid, uid, gid, 4 bytes each. */
const ask = (getsockopt: GetSockOpt, option: number, fd: number): Credentials | undefined => {
	if (fd < 0) {
		return undefined;
	}
	const value = new Int32Array(3);
	const length = new Int32Array([value.byteLength]);
	if (getsockopt(fd, SOL_SOCKET, option, value, length) !== 0 || length[0] !== value.byteLength) {
		return undefined;
	}
	const [pid = 0, uid = -1, gid = -1] = value;
	// A TCP socket answers -1: nobody.
	return uid === -1 ? undefined : {uid: uid >>> 0, gid: gid >>> 0, pid};
};

/** Of libuv's handle, which Node documents nowhere and has kept since its beginning; -1 when there is none. */
const descriptorOf = (socket: Socket): number => {
	const {_handle: handle} = socket as {readonly _handle?: {readonly fd?: unknown} | null};
	const fd = handle?.fd;
	// More than an int would be cut down to another number, which may be open.
	return typeof fd === 'number' && (fd | 0) === fd ? fd : -1;
};

const nobody = (missing: string): PeerCredentials => ({missing, of: () => undefined});

const firstLine = (error: unknown): string =>
	(error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
