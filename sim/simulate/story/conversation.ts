import type { Conversation, Said } from './access.js';
import { HttpReader, looksLikeHttp } from './http-reader.js';
import { RedisConversation } from './redis-conversation.js';
import { looksLikePostgres, SqlConversation, type SqlAccess } from './sql-conversation.js';
import { cut, oneLine } from './words.js';

/** Who talks with whom. */
export interface Line {
  readonly opener: string;
  readonly server: string;
  readonly connection: number;
  /** Hears of each statement that a PostgreSQL server has answered, at that moment. */
  readonly answered: (statement: SqlAccess) => void;
}

/** Guesses from its first bytes what is spoken on a connection. */
export function conversation(first: Uint8Array, line: Line): Conversation {
  if (looksLikeHttp(first)) return new HttpConversation();
  if (looksLikePostgres(first)) return new SqlConversation(line);
  return first[0] === STAR ? new RedisConversation(line.opener, line.server, line.connection) : new RawConversation();
}

const STAR = 0x2a;

class HttpConversation implements Conversation {
  private readonly requests = new HttpReader();
  private readonly responses = new HttpReader();

  hear(bytes: Uint8Array, isReply: boolean): readonly Said[] {
    const reader = isReply ? this.responses : this.requests;
    const said: Said[] = [];
    reader.feed(bytes);
    for (let message = reader.next(); message !== undefined; message = reader.next()) {
      const body = message.body === '' ? '' : ` ${cut(oneLine(message.body), 80)}`;
      said.push({ text: `${message.what}${body}`, access: null });
    }
    return said;
  }
}

class RawConversation implements Conversation {
  hear(bytes: Uint8Array): readonly Said[] {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
    const isText = /^[\x20-\x7e\s]*$/.test(text);
    return [{ text: isText ? JSON.stringify(cut(text, 60)) : `${bytes.length} bytes`, access: null }];
  }
}
