import { ownPlaces } from '../kernel/own-places.js';

/** Where Holdfast's own code is. */
const OURS = ownPlaces(import.meta.url, '../');

const isForeign = (frame: string): boolean => !frame.includes('node:') && !OURS.some((place) => frame.includes(place)) && /[\\/]/.test(frame);

/** The frames of an error that are in the user's own files, else in the packages that they use; often enough there are none. */
function userFrames(error: Error): string {
  const frames = String(error.stack)
    .split('\n')
    .filter((line) => /^\s+at /.test(line) && isForeign(line));
  const own = frames.filter((line) => !line.includes('/node_modules/'));
  return (own.length > 0 ? own : frames).join('\n');
}

/** Leaves only the user's frames in the stack of an error, and returns them. */
export function cutStack(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const frames = userFrames(error);
  // Not of one that is frozen, or makes its stack itself.
  Reflect.set(error, 'stack', `${error.name}: ${error.message}${frames === '' ? '' : `\n${frames}`}`);
  return frames;
}
