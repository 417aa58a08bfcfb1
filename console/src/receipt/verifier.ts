import type { HashedReceiptFragment } from "../generated/graphql";
import { type Check, checkReceipt } from "./check";

/** How a browser is asked for time: when it has nothing better to do, or soon; run is told how much of it there is. */
export type Pace = {
  idle: (run: (left: () => number) => void) => void;
  soon: (run: (left: () => number) => void) => void;
};

/** Checks receipts while nothing else is to be done, each once, and keeps what came out for as long as the receipt is kept. */
export class Verifier {
  private readonly checks = new WeakMap<HashedReceiptFragment, Check>();
  private readonly listeners = new Set<() => void>();
  private waiting = new Set<HashedReceiptFragment>();
  private planned = false;
  private pace: keyof Pace = "idle";

  constructor(private readonly browser: Pace = browserPace) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** What came out; undefined before. */
  of(receipt: HashedReceiptFragment): Check | undefined {
    return this.checks.get(receipt);
  }

  /** Has a receipt checked, unless it has been. */
  ask(receipt: HashedReceiptFragment): void {
    if (this.checks.has(receipt)) return;
    this.waiting.add(receipt);
    this.plan();
  }

  /** Has receipts checked anew, whatever came out before. */
  again(receipts: readonly HashedReceiptFragment[]): void {
    for (const receipt of receipts) {
      this.checks.delete(receipt);
      this.waiting.add(receipt);
    }
    this.pace = "soon";
    this.tell();
    this.plan();
  }

  private plan(): void {
    if (this.waiting.size === 0) this.pace = "idle";
    if (this.planned || this.waiting.size === 0) return;
    this.planned = true;
    this.browser[this.pace]((left) => {
      this.planned = false;
      for (const receipt of this.waiting) {
        this.waiting.delete(receipt);
        this.checks.set(receipt, checkReceipt(receipt));
        if (left() <= 0) break;
      }
      this.tell();
      this.plan();
    });
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

// What a slice may take when the browser isn't idle: less than one notices while scrolling, and less than one waits for.
const UNNOTICED_MS = 8;
const SOON_MS = 40;
// Nobody waits for it, but it is not left out either.
const LATEST_MS = 1_000;

const browserPace: Pace = {
  idle: (run) => {
    if (!("requestIdleCallback" in window)) {
      setTimeout(() => run(within(UNNOTICED_MS)));
      return;
    }
    const slice = (idle: IdleDeadline) => run(idle.didTimeout ? within(UNNOTICED_MS) : () => idle.timeRemaining());
    window.requestIdleCallback(slice, { timeout: LATEST_MS });
  },
  soon: (run) => void setTimeout(() => run(within(SOON_MS))),
};

function within(ms: number): () => number {
  const end = performance.now() + ms;
  return () => end - performance.now();
}

/** The page's own: what one list has checked, another need not. */
export const verifier = new Verifier();
