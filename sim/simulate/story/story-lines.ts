import type { Remark } from '../recording.js';
import type { Access, Conversation } from './access.js';
import { conversation } from './conversation.js';
import { endInWords, episodeInWords } from './fault-words.js';
import { isRedisAccess, type RedisAccess } from './redis-conversation.js';
import type { SqlAccess } from './sql-conversation.js';
import { oneLine } from './words.js';

/** One line of a story. */
export interface StoryLine {
  /** True microseconds. */
  readonly time: number;
  readonly text: string;
  /** The command that it tells of, or answers, if it does. */
  readonly access: Access | null;
  /** Faults, lives and remarks are told however long the story is. */
  readonly isKept: boolean;
}

export interface DecodedStory {
  readonly lines: readonly StoryLine[];
  /** All that arrived at Redis servers, in order. */
  readonly commands: readonly RedisAccess[];
  /** All that PostgreSQL servers answered, in that order. */
  readonly statements: readonly SqlAccess[];
}

/** Puts what was recorded into plain words. */
export function storyLines(remarks: readonly Remark[]): DecodedStory {
  const lines: StoryLine[] = [];
  const commands: RedisAccess[] = [];
  const statements: SqlAccess[] = [];
  const conversations = new Map<number, Conversation>();
  const add = (time: number, text: string, isKept: boolean, access: Access | null = null): void => void lines.push({ time, text, isKept, access });
  for (const remark of remarks) {
    switch (remark.kind) {
      case 'message':
      case 'lost': {
        const { time, connection, from, to, isReply, payload, kind } = remark;
        if (!(payload instanceof Uint8Array) || payload.length === 0) break;
        const isLost = kind === 'lost';
        let talk = conversations.get(connection);
        if (talk === undefined) {
          const [opener, server] = isReply ? [to, from] : [from, to];
          conversations.set(
            connection,
            (talk = conversation(payload, { opener, server, connection, answered: (statement) => void statements.push(statement) })),
          );
        }
        for (const { text, access } of talk.hear(payload, isReply, time)) {
          if (access !== null && !isReply && !isLost && isRedisAccess(access)) commands.push(access);
          add(time, `${from} -> ${to}  ${text}${isLost ? '  (never arrives)' : ''}`, isLost, access);
        }
        break;
      }
      case 'sent':
        conversations.get(remark.connection)?.sent?.(remark.payload);
        break;
      case 'refused':
        add(remark.time, `${remark.to} refuses the connection of ${remark.from}`, false);
        break;
      case 'cut':
        add(remark.time, `the connection ${remark.from} - ${remark.to} is cut`, true);
        break;
      case 'note':
        add(remark.time, `${remark.process}: ${oneLine(remark.text)}`, true);
        break;
      case 'life':
        add(remark.time, `${remark.process} ${remark.text}`, true);
        break;
      case 'fault': {
        const text = remark.phase === 'begins' ? `${remark.episode.kind}: ${episodeInWords(remark.episode)}` : endInWords(remark.episode);
        if (text === null) break;
        const follows = remark.phase === 'begins' ? lines.splice(firstBroughtBy(remark, lines)) : [];
        add(remark.time, text, true);
        lines.push(...follows.filter((line) => line.text !== `${remark.episode.target} dies`));
      }
    }
  }
  return { lines: startsTogether(lines), commands, statements };
}

/** What an episode does as it begins was noted before the episode itself. */
function firstBroughtBy({ time, episode }: Extract<Remark, { kind: 'fault' }>, lines: readonly StoryLine[]): number {
  let at = lines.length;
  while (at > 0 && lines[at - 1]?.time === time && / is cut$| dies$/.test(lines[at - 1]?.text ?? '') && lines[at - 1]?.text.includes(episode.target) === true)
    at -= 1;
  return at;
}

const START = / starts$/;

/** `a starts`, `b starts`, at the same time: one line. */
function startsTogether(lines: readonly StoryLine[]): StoryLine[] {
  const merged: StoryLine[] = [];
  for (const line of lines) {
    const last = merged.at(-1);
    if (last !== undefined && last.time === line.time && START.test(line.text) && / starts?$/.test(last.text)) {
      merged[merged.length - 1] = { ...last, text: `${last.text.replace(/ starts?$/, '')}, ${line.text.replace(START, '')} start` };
    } else merged.push(line);
  }
  return merged;
}
