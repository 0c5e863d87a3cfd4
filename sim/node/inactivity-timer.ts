import type { Incarnation } from '../kernel/process.js';

/**
 * `socket.setTimeout` in virtual time: calls back once when nothing has happened for so long, and is armed again by what happens
 * after that. Each read and write only notes the time; the timer looks at it when it is due.
 */
export class InactivityTimer {
  private last: number;
  private timer: { cancel(): void } | null;

  constructor(
    private readonly own: Incarnation,
    private readonly length: number,
    private readonly callback: () => void,
  ) {
    this.last = own.world.now;
    this.timer = this.arm(length);
  }

  /** Something has happened on the socket. */
  touch(): void {
    if (!this.own.live) return;
    this.last = this.own.world.now;
    this.timer ??= this.arm(this.length);
  }

  cancel(): void {
    this.timer?.cancel();
  }

  private arm(length: number) {
    return this.own.setTimer(length, () => {
      const left = this.last + this.length - this.own.world.now;
      // By true time, which a drifting clock may be a little ahead of: then it is near enough.
      this.timer = left > this.length / 1000 ? this.arm(left) : null;
      if (this.timer === null) this.callback();
    });
  }
}
