// Trusted Types: what text may become markup or a script on this page. Monaco has policies of its own, by the names that the
// server's policy lists; all else goes through the two here.
import DOMPurify from "dompurify";

// DOMPurify parses what it cleans with the first; scriptURL is for the workers, which workers.ts knows one by one.
const own = window.trustedTypes?.createPolicy("playground", {
  createHTML: (html) => html,
  createScriptURL: (url) => url,
}) as TrustedTypePolicy | undefined;

// GraphiQL renders the schema's Markdown itself, as plain text that becomes markup here, cleaned.
window.trustedTypes?.createPolicy("default", {
  createHTML: (html) => DOMPurify.sanitize(html, { TRUSTED_TYPES_POLICY: own }),
});

/** Vouches for a script of this server. */
export function scriptURL(url: string): string {
  // Where there are Trusted Types, it is an object that Worker takes for the text.
  return (own?.createScriptURL(url) ?? url) as string;
}
