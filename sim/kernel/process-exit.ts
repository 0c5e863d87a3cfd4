/** Unwinds the code of a process that has ended itself by `process.exit`. To the world it is no failure. */
export class ProcessExit extends Error {
  override readonly name = 'ProcessExit';

  constructor(readonly code: number) {
    super(`the process ended itself with code ${code}; this unwinds what it was doing`);
  }
}
