import {lockInstance} from '../../src/storage/instance-lock.js';

// Takes the lock of the directory named by its argument, says so, and keeps it until it is killed.
await lockInstance(process.argv[2] ?? '', process.pid);
process.stdout.write('locked\n');
process.stdin.resume();
