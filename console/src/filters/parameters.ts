import { readPrincipal } from "../components/principal";
import type { PrincipalPartsFragment } from "../generated/graphql";

/** Reads the filters in a page's address, and gathers what it can't read: nobody else has checked what stands there. */
export class Parameters {
  readonly problems: string[] = [];

  constructor(private readonly parameters: URLSearchParams) {}

  text(name: string): string | undefined {
    return this.parameters.get(name)?.trim() || undefined;
  }

  /** Several of the known names, separated by commas; each once, in their own order. */
  choices<Name extends string>(name: string, known: readonly Name[]): Name[] {
    const given = (this.text(name) ?? "").split(",").map((each) => each.trim().toUpperCase());
    for (const each of given) if (each !== "" && !known.some((one) => one === each)) this.complain(name, each);
    return known.filter((each) => given.includes(each));
  }

  principal(name: string): PrincipalPartsFragment | undefined {
    const text = this.text(name);
    const principal = text === undefined ? undefined : readPrincipal(text);
    if (text !== undefined && principal === undefined) this.complain(name, text);
    return principal;
  }

  /** An instant, as the API writes it. */
  instant(name: string): string | undefined {
    const text = this.text(name);
    const time = text === undefined ? undefined : new Date(text);
    if (time === undefined) return undefined;
    if (!Number.isNaN(time.getTime())) return time.toISOString();
    this.complain(name, text ?? "");
    return undefined;
  }

  private complain(name: string, text: string): void {
    this.problems.push(`${name} can't be “${text}”`);
  }
}
