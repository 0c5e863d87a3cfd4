import { isRespError, type RespValue } from '../../../sim/servers/redis/resp-value.js';
import type { Step } from './step.js';

/** How often each command, option and error branch was hit. */
export class HitTable {
  readonly #hits = new Map<string, number>();

  count(step: Step, reply: RespValue): void {
    for (const label of new Set(step.labels)) this.#add(label);
    if (typeof reply === 'object' && reply !== null && 'nullArray' in reply) this.#add(`${step.labels[0] ?? ''} = nothing`);
    if (isRespError(reply)) this.#add(`${step.labels[0] ?? ''} ! ${branchOf(reply.error)}`);
  }

  hits(label: string): number {
    return this.#hits.get(label) ?? 0;
  }

  /** Those of the labels that were hit less often. */
  below(floor: number, labels: Iterable<string>): string[] {
    return [...labels].filter((label) => this.hits(label) < floor).map((label) => `${label}: ${this.hits(label)}`);
  }

  get errorBranches(): string[] {
    return [...this.#hits.keys()].filter((label) => label.includes(' ! '));
  }

  /** One line a command: its hits, those of its options, and those of its error branches. */
  toString(): string {
    const commands = [...this.#hits.keys()].filter((label) => !label.includes(' ! ')).sort();
    const lines = commands.map((label) => `${label.padEnd(28)} ${String(this.hits(label)).padStart(7)}`);
    const errors = this.errorBranches.sort().map((label) => `${label.padEnd(90)} ${String(this.hits(label)).padStart(7)}`);
    return ['commands and options', ...lines, 'error branches', ...errors].join('\n');
  }

  #add(label: string): void {
    this.#hits.set(label, this.hits(label) + 1);
  }
}

/** An error without what differs from case to case. */
function branchOf(error: string): string {
  return error
    .replace(/with args beginning with: .*/s, 'with args')
    .replace(/'[^']*'/g, "'...'")
    .replace(/script: [0-9a-f]{40}/, 'script')
    .replace(/option .*/s, 'option')
    .slice(0, 80)
    .trimEnd();
}
