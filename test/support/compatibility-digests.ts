import { compatibilityCases, labelOf, runCase } from '../integration/compatibility/compatibility-cases.js';

// Prints the digest of every compatibility case, one JSON object: for a process, or a Node, of its own.
const digests: Record<string, string> = {};
for (const one of compatibilityCases) digests[labelOf(one)] = (await runCase(one)).digest;
process.stdout.write(`${JSON.stringify({ node: process.version, digests })}\n`);
