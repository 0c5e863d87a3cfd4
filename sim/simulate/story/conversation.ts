import { ProtocolError, RespDecoder } from '../../wire/redis/resp-decoder.js';
import { HttpReader, looksLikeHttp } from './http-reader.js';
import { ReplyReader, type StoryReply } from './reply-reader.js';
import { commandInWords, cut, oneLine, replyInWords } from './words.js';

/** A command that arrived at a Redis server. */
export interface Access {
  /** When it arrived, which is when it was carried out: true microseconds. */
  readonly time: number;
  readonly process: string;
  readonly server: string;
  readonly connection: number;
  readonly args: readonly string[];
  /** What the server answered; undefined when no answer is known. */
  reply: StoryReply | undefined;
}

/** Something said on a connection, in words. */
export interface Said {
  readonly text: string;
  /** The command that it is, or answers. */
  readonly access: Access | null;
}

/** What passes on one connection, decoded: one way from whoever opened it, the other way back. */
export interface Conversation {
  hear(bytes: Uint8Array, isReply: boolean, time: number): readonly Said[];
}

/** Guesses from its first bytes what is spoken on a connection. */
export function conversation(first: Uint8Array, opener: string, server: string, connection: number): Conversation {
  if (looksLikeHttp(first)) return new HttpConversation();
  return first[0] === STAR ? new RedisConversation(opener, server, connection) : new RawConversation();
}

const STAR = 0x2a;

/** What clients do when they connect: of no interest to anybody. */
const SETTING_UP = new Set(['HELLO', 'AUTH', 'CLIENT', 'INFO', 'COMMAND', 'SELECT', 'READONLY', 'PING', 'QUIT']);

class RedisConversation implements Conversation {
  private readonly commands = new RespDecoder();
  private readonly replies = new ReplyReader();
  private readonly unanswered: Access[] = [];

  constructor(
    private readonly process: string,
    private readonly server: string,
    private readonly connection: number,
  ) {}

  hear(bytes: Uint8Array, isReply: boolean, time: number): readonly Said[] {
    return isReply ? this.answered(bytes) : this.asked(bytes, time);
  }

  private asked(bytes: Uint8Array, time: number): Said[] {
    const said: Said[] = [];
    this.commands.feed(bytes);
    try {
      for (let args = this.commands.next(); args !== undefined; args = this.commands.next()) {
        const access: Access = { time, process: this.process, server: this.server, connection: this.connection, args, reply: undefined };
        this.unanswered.push(access);
        if (!isSettingUp(access)) said.push({ text: commandInWords(args), access });
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      said.push({ text: `no command: ${error.reply}`, access: null });
    }
    return said;
  }

  private answered(bytes: Uint8Array): Said[] {
    const said: Said[] = [];
    this.replies.feed(bytes);
    for (let reply = this.replies.next(); reply !== undefined; reply = this.replies.next()) {
      const access = this.unanswered.shift() ?? null;
      if (access !== null) access.reply = reply;
      if (access === null || !isSettingUp(access)) said.push({ text: replyInWords(reply), access });
    }
    return said;
  }
}

const isSettingUp = ({ args }: Access): boolean => SETTING_UP.has((args[0] ?? '').toUpperCase());

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
