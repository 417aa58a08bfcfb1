// Shows JSON indented and coloured, token by token: every number keeps the digits that it came with.
const token = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[{}[\],:]/g;

export function renderJSON(text) {
  const pre = document.createElement("pre");
  const tokens = text.match(token) || [];
  let depth = 0;
  const put = (content, kind) => {
    if (!kind) return pre.append(content);
    const span = document.createElement("span");
    span.className = kind;
    span.textContent = content;
    pre.append(span);
  };
  const newline = () => put("\n" + "  ".repeat(depth));
  tokens.forEach((t, i) => {
    switch (t) {
      case "{":
      case "[":
        put(t);
        depth++;
        if (!"}]".includes(tokens[i + 1])) newline();
        break;
      case "}":
      case "]":
        depth--;
        if (!"{[".includes(tokens[i - 1])) newline();
        put(t);
        break;
      case ",":
        put(t);
        newline();
        break;
      case ":":
        put(": ");
        break;
      default:
        put(t, t[0] === '"' ? (tokens[i + 1] === ":" ? "key" : "string") : /[-\d]/.test(t[0]) ? "number" : "literal");
    }
  });
  return pre;
}
