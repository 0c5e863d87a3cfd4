/** `HOLDFAST_CONFORMANCE=long` asks for the form that hits everything at least 20 times and prints how often it did. */
export const isLongForm = process.env['HOLDFAST_CONFORMANCE'] === 'long';

/** How often the long form must have hit each command, option and error branch. */
export const FLOOR = 20;

/** Vitest's limit for one test of the long form; the others are done in seconds. */
export const LONG_TEST_MS = 3_600_000;
