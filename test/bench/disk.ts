import {statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import test from 'ava';
import {deviceNumbers, parseDiskstats} from '../../bench/harness/disk.js';

const DISKSTATS = `   7       0 loop0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
 254       0 vda 11278 4646 1619922 8868 1438 15325 916024 3194 0 3688 12380 3189 49 41136 316 4 0
 254       1 vda1 1 2 3 4 5 6 7 8 0 9 10 11 12 13 14 15 16
 259      16 nvme0n1 5 0 40 1 9 0 80 2 0 3 4
`;

test('bytes written are the tenth field in sectors of 512 bytes', t => {
	t.deepEqual(parseDiskstats(DISKSTATS, {major: 254, minor: 0}), {
		name: 'vda',
		bytesWritten: 916_024 * 512,
	});
});

test('a partition is told from its disk by the minor number', t => {
	t.deepEqual(parseDiskstats(DISKSTATS, {major: 254, minor: 1}), {name: 'vda1', bytesWritten: 7 * 512});
});

test('the eleven fields of an old kernel are enough', t => {
	t.is(parseDiskstats(DISKSTATS, {major: 259, minor: 16})?.bytesWritten, 80 * 512);
});

test('a device without statistics has none, and an empty file has none', t => {
	t.is(parseDiskstats(DISKSTATS, {major: 0, minor: 42}), undefined);
	t.is(parseDiskstats('', {major: 0, minor: 0}), undefined);
});

test('device numbers are split as glibc packs them', t => {
	t.deepEqual(deviceNumbers(0xfe00n), {major: 254, minor: 0});
	t.deepEqual(deviceNumbers(0x10_0305n), {major: 3, minor: 0x105});
});

test('the device of a real directory splits into what stat prints', t => {
	const {dev} = statSync(tmpdir(), {bigint: true});
	const {major, minor} = deviceNumbers(dev);
	t.is(makeDevice(BigInt(major), BigInt(minor)), dev);
});

test('splitting undoes packing for large numbers', t => {
	t.deepEqual(deviceNumbers(makeDevice(0xabcdefn, 0x123456n)), {major: 0xabcdef, minor: 0x123456});
});

/** gnu_dev_makedev of glibc's sysmacros.h. */
const makeDevice = (major: bigint, minor: bigint): bigint =>
	((major & 0xfffn) << 8n) |
	((major & 0xfffff000n) << 32n) |
	(minor & 0xffn) |
	((minor & 0xffffff00n) << 12n);
