import { refuse } from './command-error.js';
import { matchesGlob } from './values/glob.js';

interface Setting {
  readonly initial: string;
  /** The value as it is kept, or what is wrong with it. */
  readonly parse: (text: string) => { readonly value: string } | { readonly problem: string };
}

const UNSUPPORTED = 'the simulated Redis does only without';

const oneOf =
  (...values: readonly string[]): Setting['parse'] =>
  (text) =>
    values.includes(text.toLowerCase()) ? { value: text.toLowerCase() } : { problem: `argument(s) must be one of the following: ${values.join(', ')}` };

/** What it would do is not simulated: it stays as it is. */
const only =
  (...values: readonly string[]): Setting['parse'] =>
  (text) =>
    values.includes(text) ? { value: values[0] ?? '' } : { problem: UNSUPPORTED };

const yesOrNo: Setting['parse'] = (text) =>
  ['yes', 'no'].includes(text.toLowerCase()) ? { value: text.toLowerCase() } : { problem: "argument must be 'yes' or 'no'" };

const anyText: Setting['parse'] = (text) => ({ value: text });

const wholeNumber: Setting['parse'] = (text) =>
  /^-?\d+$/.test(text) ? { value: String(Number(text)) } : { problem: "argument couldn't be parsed into an integer" };

const immutable: Setting['parse'] = () => ({ problem: "can't set immutable config" });

const POLICIES = ['volatile-lru', 'volatile-lfu', 'volatile-random', 'volatile-ttl', 'allkeys-lru', 'allkeys-lfu', 'allkeys-random', 'noeviction'];

/** What clients and tools ask for. */
const SETTINGS: Readonly<Record<string, Setting>> = {
  appendfsync: { initial: 'everysec', parse: oneOf('everysec', 'always', 'no') },
  appendonly: { initial: 'no', parse: yesOrNo },
  databases: { initial: '16', parse: immutable },
  'lua-time-limit': { initial: '5000', parse: wholeNumber },
  maxclients: { initial: '10000', parse: wholeNumber },
  maxmemory: { initial: '0', parse: only('0') },
  'maxmemory-policy': { initial: 'noeviction', parse: oneOf(...POLICIES) },
  'notify-keyspace-events': { initial: '', parse: only('') },
  'proto-max-bulk-len': { initial: '536870912', parse: only('536870912', '512mb') },
  save: { initial: '', parse: anyText },
  'slowlog-log-slower-than': { initial: '10000', parse: wholeNumber },
  'slowlog-max-len': { initial: '128', parse: wholeNumber },
  'tcp-keepalive': { initial: '300', parse: wholeNumber },
  timeout: { initial: '0', parse: only('0') },
};

/** What CONFIG GET and CONFIG SET know of. */
export class Configuration {
  readonly #values = new Map(Object.entries(SETTINGS).map(([name, { initial }]) => [name, initial]));

  value(name: string): string {
    return this.#values.get(name) ?? '';
  }

  /** The settings that match any of the patterns, whatever their case. */
  matching(patterns: readonly string[]): (readonly [string, string])[] {
    const lowered = patterns.map((pattern) => pattern.toLowerCase());
    return [...this.#values].filter(([name]) => lowered.some((pattern) => matchesGlob(pattern, name)));
  }

  /** Sets all or none. */
  set(pairs: readonly (readonly [string, string])[]): void {
    const changes = new Map<string, string>();
    for (const [given, text] of pairs) {
      const name = given.toLowerCase();
      const setting = SETTINGS[name] ?? refuse(`ERR Unknown option or number of arguments for CONFIG SET - '${given}'`);
      if (changes.has(name)) refuse(failed(name, 'duplicate parameter'));
      const parsed = setting.parse(text);
      if ('problem' in parsed) {
        if (parsed.problem === UNSUPPORTED) refuse(`ERR unsupported value of '${name}' in the simulated Redis: only '${setting.initial}'`);
        refuse(failed(name, parsed.problem));
      }
      changes.set(name, parsed.value);
    }
    for (const [name, value] of changes) this.#values.set(name, value);
  }
}

const failed = (name: string, problem: string): string => `ERR CONFIG SET failed (possibly related to argument '${name}') - ${problem}`;
