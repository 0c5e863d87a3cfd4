import { ownPlaces } from '../kernel/own-places.js';

const OURS = ownPlaces(import.meta.url, import.meta.url, './sim-test');

/** The path of the file that called into `entry`, by the stack. */
export function callerFile(entry: string): string {
  const ours = [...OURS, ...ownPlaces(entry, entry)];
  const frames = (new Error().stack ?? '').split('\n').slice(1);
  for (const frame of frames) {
    const place = /(?:file:\/\/)?((?:\/|[A-Za-z]:[\\/])[^()]*?):\d+:\d+\)?$/.exec(frame)?.[1];
    if (place === undefined) continue;
    const path = frame.includes('file://') ? decodeURI(place) : place;
    if (!ours.some((own) => path.startsWith(own))) return path;
  }
  throw new Error('simTest cannot tell which file it is called from');
}
