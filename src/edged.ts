#!/usr/bin/env node
import {run} from './daemon/run.js';

await run();
