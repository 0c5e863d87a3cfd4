import type { Incarnation, ProcessFactory, SimProcess } from '../kernel/process.js';
import { runAs } from '../kernel/run-as.js';
import type { World } from '../kernel/world.js';
import { UserInputError } from '../user-input-error.js';
import type { Recording } from './recording.js';
import { shown } from './settings.js';

export interface ServerParts {
  readonly world: World;
  readonly recording: Recording | null;
  readonly name: string;
  readonly port: number;
  readonly factory: ProcessFactory;
  /** With what it starts again, for the story. */
  readonly comesBackWith: string;
}

/** A simulated server of the user's world, up as soon as it is made. */
export abstract class UserServer {
  readonly name: string;
  readonly port: number;
  readonly sim: SimProcess;
  /** Whether it keeps over a restart what it has acknowledged. */
  abstract readonly durable: boolean;
  private readonly factory: ProcessFactory;
  /** The life in which it answers. */
  private up: Incarnation | null = null;

  constructor({ world, recording, name, port, factory, comesBackWith }: ServerParts) {
    this.name = name;
    this.port = port;
    this.factory = factory;
    this.sim = world.process(name, (incarnation) => {
      this.raise(incarnation);
      if (incarnation.epoch > 1) recording?.life(name, `starts again, ${comesBackWith}`);
    });
    this.sim.onCrash.push(() => recording?.life(name, 'dies'));
    this.start();
  }

  /** How much it would lose if it forgot everything. */
  abstract get memorySize(): number;

  get host(): string {
    return this.name;
  }

  get isAlive(): boolean {
    return this.sim.incarnation !== null;
  }

  /** Whether it can be asked directly. */
  protected get isUp(): boolean {
    return this.up !== null && this.up === this.sim.incarnation;
  }

  crash(): void {
    this.sim.crash();
  }

  restart(): void {
    this.sim.crash();
    this.start();
  }

  /** At once, so that the test can put data into it in the same breath. */
  private start(): void {
    this.sim.start();
    const { incarnation } = this.sim;
    if (incarnation !== null) runAs(incarnation, () => this.raise(incarnation));
  }

  private raise(incarnation: Incarnation): void {
    if (this.up === incarnation) return;
    this.up = incarnation;
    void this.factory(incarnation);
  }
}

const HIGHEST_PORT = 65_535;

/** The options that every kind of server has. Throws a `UserInputError` that names the first thing wrong. */
export function requireServerOptions(kind: string, { port, password }: { readonly port: number; readonly password?: string | undefined }): void {
  if (password !== undefined && (typeof password !== 'string' || password === ''))
    throw new UserInputError(`${kind}: password must be a text that is not empty, got ${shown(password)}`);
  if (!Number.isInteger(port) || port < 1 || port > HIGHEST_PORT)
    throw new UserInputError(`${kind}: port must be a whole number from 1 to ${HIGHEST_PORT}, got ${shown(port)}`);
}
