import type { HashedReceiptFragment } from "../generated/graphql";
import { type Check, checkReceipt } from "./check";

/** Calls when the browser has nothing better to do, with how long that may last. */
export type Idle = (run: (left: () => number) => void) => void;

// What a slice of work may take where the browser can't tell, so that scrolling stays smooth.
const SLICE_MS = 8;

/** Checks receipts while nothing else is to be done, each once, and keeps what came out for as long as the receipt is kept. */
export class Verifier {
  private readonly checks = new WeakMap<HashedReceiptFragment, Check>();
  private readonly listeners = new Set<() => void>();
  private waiting = new Set<HashedReceiptFragment>();
  private planned = false;

  constructor(private readonly idle: Idle = whenIdle) {}

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
    this.tell();
    this.plan();
  }

  private plan(): void {
    if (this.planned || this.waiting.size === 0) return;
    this.planned = true;
    this.idle((left) => {
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

/** The page's own: what one list has checked, another need not. */
export const verifier = new Verifier();

function whenIdle(run: (left: () => number) => void): void {
  if ("requestIdleCallback" in window) {
    window.requestIdleCallback((deadline) => run(() => deadline.timeRemaining()), { timeout: 1_000 });
    return;
  }
  setTimeout(() => {
    const end = performance.now() + SLICE_MS;
    run(() => end - performance.now());
  });
}
