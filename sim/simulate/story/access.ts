/** Something that a process asked of a server. */
export interface Access {
  /** When it arrived: true microseconds. */
  readonly time: number;
  readonly process: string;
  readonly server: string;
  readonly connection: number;
}

/** Something said on a connection, in words. */
export interface Said {
  readonly text: string;
  /** What it asks or answers, if that is known. */
  readonly access: Access | null;
}

/** What passes on one connection, decoded: one way from whoever opened it, the other way back. */
export interface Conversation {
  hear(bytes: Uint8Array, isReply: boolean, time: number): readonly Said[];
  /** Of a server that tells so: it says this now, and it will be heard later, or never. */
  sent?(bytes: Uint8Array): void;
}
