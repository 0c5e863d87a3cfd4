/** The Redis whose behaviour is simulated. */
export const REDIS_VERSION = '7.0.15';
/** The same as scripts see it: one byte for each part. */
export const REDIS_VERSION_NUMBER = 0x07000f;
