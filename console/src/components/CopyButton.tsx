import { Check, Copy } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { copyText } from "./copy";

const SHOWN_MS = 1_500;

type Props = {
  /** What is copied; what is long is written only then, and is not in the title. */
  text: string | (() => string);
  /** What is copied, for those who can't see it: "task id". */
  what: string;
  className?: string;
  children?: ReactNode;
};

/** Copies on a click, and says so for a moment. */
export function CopyButton({ text, what, className = "button quiet icon", children }: Props) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);

  return (
    <button
      type="button"
      className={className}
      title={copied ? "Copied" : typeof text === "string" ? `${text}\nClick copies` : `Copy ${what}`}
      onClick={() => void copyText(typeof text === "string" ? text : text()).then(() => setCopied(true))}
    >
      {children}
      {copied ? <Check className="copy-mark good" aria-hidden /> : <Copy className="copy-mark" aria-hidden />}
      <span className="offscreen"> copy {what}</span>
      <span className="offscreen" role="status">
        {copied ? "copied" : ""}
      </span>
    </button>
  );
}
