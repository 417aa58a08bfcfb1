import type { LiveEvent, LiveState } from "./event";

/** So many of the newest receipts pages can look up, for example to say what has just closed an obligation. */
export const KEPT = 500;

/** The end of the ledger as it has come in, and how the stream stands. */
export class Tail {
  private state: LiveState = "connecting";
  private events: readonly LiveEvent[] = [];
  private readonly listeners = new Set<() => void>();

  readonly getState = (): LiveState => this.state;
  readonly getEvents = (): readonly LiveEvent[] => this.events;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  setState(state: LiveState): void {
    if (state === this.state) return;
    this.state = state;
    this.tell();
  }

  add(events: LiveEvent[]): void {
    this.events = [...this.events, ...events].slice(-KEPT);
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}
