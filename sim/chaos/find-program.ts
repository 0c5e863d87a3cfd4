import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The folders of a PATH, in its order. */
export const foldersOf = (path: string): string[] => path.split(delimiter).filter((folder) => folder !== '');

/** The first of these folders that has all these programs; undefined when none has. */
export const findFolder = (folders: readonly string[], programs: readonly string[]): string | undefined =>
  folders.find((folder) => programs.every((program) => isExecutable(join(folder, program))));

/** Names in a folder; none when there is no such folder. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
