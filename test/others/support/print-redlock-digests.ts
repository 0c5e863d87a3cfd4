import { redlockDigests } from './redlock-digests.js';

console.log(JSON.stringify(await redlockDigests()));
