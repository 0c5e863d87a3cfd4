import type { World } from '../kernel/world.js';
import type { Endpoint, Network } from '../network.js';
import type { PostgresEngine } from '../servers/postgres/postgres-engine.js';
import { type PostgresMemory, postgresServer } from '../servers/postgres/postgres-server.js';
import { UserInputError } from '../user-input-error.js';
import { attachPostgresWire } from '../wire/postgres/attach-postgres-wire.js';
import { openPostgresEngine } from '../wire/postgres/open-postgres-engine.js';
import { PostgresSite } from '../wire/postgres/postgres-site.js';
import { plainRows } from './plain-rows.js';
import type { Recording } from './recording.js';
import { ServerDownError } from './server-down-error.js';
import { requireOptions, shown } from './settings.js';
import type { PostgresParameter, PostgresRow, PostgresServerOptions, SimulatedPostgres } from './simulated-world.js';
import { sqlStatements } from './sql-parser.js';
import { requireServerOptions, UserServer } from './user-server.js';

export interface PostgresSurroundings {
  readonly world: World;
  readonly network: Network;
  readonly recording: Recording | null;
}

/** A simulated PostgreSQL server, up as soon as it is made. */
export class UserPostgres extends UserServer implements SimulatedPostgres {
  readonly durable = true;
  private readonly memory: PostgresMemory;
  private readonly password: string | undefined;

  constructor({ world, network, recording }: PostgresSurroundings, name: string, options: PostgresServerOptions) {
    requireOptions(`world.postgres(${shown(name)})`, options, ['port', 'password']);
    const { port = 5432, password } = options;
    requireServerOptions('postgres', { port, password });
    const { factory, memory } = postgresServer(network, { tcp: { port, attach: wireOf({ world, recording, name, password }) } });
    super({ world, recording, name, port, factory, comesBackWith: 'with all that was committed' });
    this.memory = memory;
    this.password = password;
  }

  /** A crash takes none of it: what was committed is on its disk. */
  get memorySize(): number {
    return 0;
  }

  get url(): string {
    const password = this.password === undefined ? '' : `:${encodeURIComponent(this.password)}`;
    return `postgres://postgres${password}@${this.name}:${this.port}/postgres`;
  }

  run(sql: string, params: readonly PostgresParameter[] = []): readonly PostgresRow[] {
    const isList: boolean = Array.isArray(params);
    if (typeof sql !== 'string' || !isList)
      throw new UserInputError(`${this.name}.run takes SQL and a list of parameters, got ${typeof sql === 'string' ? shown(params) : shown(sql)}`);
    if (!this.isUp) throw new ServerDownError(`${this.name} cannot run ${sql}: it is down`);
    const values = params.map((value, index) => this.parameter(value, index + 1));
    let rows: readonly PostgresRow[] = [];
    // With parameters it is one statement: for more the engine has its own words.
    for (const { text, node } of values.length > 0 ? [{ text: sql, node: null }] : sqlStatements(sql)) {
      if (node !== null && 'TransactionStmt' in node)
        throw new UserInputError(`${this.name}.run runs each statement as a transaction of its own, so ${shown(text)} means nothing there`);
      rows = plainRows(this.memory.run(text, values));
    }
    return rows;
  }

  private parameter(value: PostgresParameter, number: number): string | null {
    if (value === null || typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
    throw new UserInputError(`${this.name}.run: parameter $${number} must be a text, a number, true, false or null, got ${shown(value)}`);
  }
}

interface WireParts {
  readonly world: World;
  readonly recording: Recording | null;
  readonly name: string;
  readonly password: string | undefined;
}

/** What speaks on connections to a server; each of its lives has keys, and sessions, of its own. */
function wireOf({ world, recording, name, password }: WireParts): (engine: PostgresEngine, endpoint: Endpoint) => void {
  const draws = world.draws.stream(`${name}/wire`);
  const sites = new WeakMap<PostgresEngine, PostgresSite>();
  return (engine, endpoint) => {
    let site = sites.get(engine);
    if (site === undefined) {
      site = new PostgresSite({
        open: openPostgresEngine(engine),
        random: (bound) => draws.next(bound),
        // In clear text: what `pg` does for SCRAM leaves the simulation.
        ...(password === undefined ? {} : { password, authentication: 'password' }),
      });
      sites.set(engine, site);
    }
    attachPostgresWire(site, endpoint, recording === null ? undefined : (bytes) => recording.sent(endpoint, bytes));
  };
}
