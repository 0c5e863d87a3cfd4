import { ProtocolError, RespDecoder } from '../../wire/redis/resp-decoder.js';
import type { Access, Conversation, Said } from './access.js';
import { ReplyReader, type StoryReply } from './reply-reader.js';
import { commandInWords, replyInWords } from './words.js';

/** A command that arrived at a Redis server, which is when it was carried out. */
export interface RedisAccess extends Access {
  readonly args: readonly string[];
  /** What the server answered; undefined when no answer is known. */
  reply: StoryReply | undefined;
}

/** What clients do when they connect: of no interest to anybody. */
const SETTING_UP = new Set(['HELLO', 'AUTH', 'CLIENT', 'INFO', 'COMMAND', 'SELECT', 'READONLY', 'PING', 'QUIT']);

/** Commands and replies of one connection to Redis. */
export class RedisConversation implements Conversation {
  private readonly commands = new RespDecoder();
  private readonly replies = new ReplyReader();
  private readonly unanswered: RedisAccess[] = [];

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
        const access: RedisAccess = { time, process: this.process, server: this.server, connection: this.connection, args, reply: undefined };
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

const isSettingUp = ({ args }: RedisAccess): boolean => SETTING_UP.has((args[0] ?? '').toUpperCase());

export const isRedisAccess = (access: Access): access is RedisAccess => 'args' in access;
