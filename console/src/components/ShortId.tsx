import { CopyButton } from "./CopyButton";

/** An id or a hash, shortened; the whole is in its title, and a click copies it. */
export function ShortId({ id, what = "id" }: { id: string; what?: string }) {
  return (
    <CopyButton text={id} what={what} className="short-id">
      <span>{shortenId(id)}</span>
    </CopyButton>
  );
}

/** Ids of one day begin alike, so the end of a UUID is what tells them apart; of a hash the beginning is customary. */
export function shortenId(id: string): string {
  return id.includes("-") ? `…${id.slice(-8)}` : `${id.slice(0, 10)}…`;
}
