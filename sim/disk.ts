/**
 * A process's disk: append-only files of records. What was appended but not synced may be lost in a crash, from the end
 * backwards; what was synced never is.
 */
export class Disk {
  private readonly files = new Map<string, DiskFile>();

  append(name: string, record: unknown): void {
    this.file(name).records.push(record);
  }

  /** After this, all that was appended to the file survives a crash. */
  sync(name: string): void {
    const file = this.file(name);
    file.synced = file.records.length;
  }

  read(name: string): readonly unknown[] {
    return this.files.get(name)?.records ?? [];
  }

  /** Replaces a file as a whole, synced: what an atomic rename does. */
  replace(name: string, records: readonly unknown[]): void {
    this.files.set(name, { records: [...records], synced: records.length });
  }

  /** The machine stops: of each file's unsynced tail, `surviving(length)` records (0 to `length`) are still there. */
  crash(surviving: (length: number) => number): void {
    for (const file of this.files.values()) {
      file.records.length = file.synced + surviving(file.records.length - file.synced);
      file.synced = file.records.length;
    }
  }

  /** Everything is gone. */
  wipe(): void {
    this.files.clear();
  }

  private file(name: string): DiskFile {
    let file = this.files.get(name);
    if (file === undefined) {
      file = { records: [], synced: 0 };
      this.files.set(name, file);
    }
    return file;
  }
}

interface DiskFile {
  records: unknown[];
  synced: number;
}
