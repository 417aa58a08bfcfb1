/** What a caller says about itself: its key, or in development mode just its name; with an ADMIN key also whom it acts as. */
export type Credentials = {
  key?: string;
  tenant?: string;
  principal?: string;
};

/** The headers of a request. */
export function headersOf(credentials: Credentials): Record<string, string> {
  return Object.fromEntries(Object.entries(fieldsOf(credentials)).map(([name, value]) => [name, inBytes(value)]));
}

/** What a WebSocket says first, in connection_init. */
export function connectionParamsOf(credentials: Credentials): Record<string, string> {
  return fieldsOf(credentials);
}

function fieldsOf({ key, tenant, principal }: Credentials): Record<string, string> {
  return {
    ...(key && { Authorization: `Bearer ${key}` }),
    ...(tenant && { "X-Tenant-ID": tenant }),
    ...(principal && { "X-Principal": principal }),
  };
}

/** Writes a header's value with a character for each byte of its UTF-8: fetch takes none above U+00FF. */
function inBytes(value: string): string {
  return String.fromCharCode(...new TextEncoder().encode(value));
}

// The tab keeps the credentials, and nothing else does: what is in localStorage outlives the visit, and what is in the
// address is in logs.
const PLACE = "asyncgate.credentials";

export function loadCredentials(): Credentials {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(PLACE) ?? "{}");
    return typeof kept === "object" && kept !== null ? kept : {};
  } catch {
    return {};
  }
}

export function keepCredentials(credentials: Credentials): void {
  sessionStorage.setItem(PLACE, JSON.stringify(credentials));
}

export function forgetCredentials(): void {
  sessionStorage.removeItem(PLACE);
}
