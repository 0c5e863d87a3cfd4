/** Who may be cancelled by whom: each session has a number and a secret, which only its client is told. */
export class CancelKeys {
  readonly #sessions = new Map<number, { readonly secret: number; readonly cancel: () => void }>();

  /** Returns what takes it away again. */
  add(pid: number, secret: number, cancel: () => void): () => void {
    const entry = { secret, cancel };
    this.#sessions.set(pid, entry);
    return () => {
      if (this.#sessions.get(pid) === entry) this.#sessions.delete(pid);
    };
  }

  /** Nobody is told whether it was of any use. */
  cancel(pid: number, secret: number): void {
    const session = this.#sessions.get(pid);
    if (session?.secret === secret) session.cancel();
  }
}
