/** What somebody waits for at the moment, in words, for the message when it never comes. */
export class Waits {
  private readonly all = new Set<{ readonly what: string }>();

  begin(what: string): { end(): void } {
    const wait = { what };
    this.all.add(wait);
    return { end: () => void this.all.delete(wait) };
  }

  /** Each thing once, in the order in which waiting began. */
  inWords(): string {
    return [...new Set([...this.all].map(({ what }) => what))].join(', ');
  }
}
