import { fileURLToPath } from 'node:url';

/**
 * How a stack trace may name these files or folders of ours (relative to the module `base`): as they run and, when that is
 * from `dist`, as its source maps have it; as a path and as a URL. Without endings, as those differ.
 */
export function ownPlaces(base: string, ...relative: readonly string[]): readonly string[] {
  const urls = relative.map((place) => new URL(place, base).href.replace(/\.[cm]?[jt]s$/, ''));
  const mapped = urls.map((url) => url.replace(/\/dist\/(?=sim\/|src\/)/, '/'));
  return [...new Set([...urls, ...mapped])].flatMap((url) => [url, fileURLToPath(url)]);
}
