import type { editor } from "monaco-editor";

type Colours = {
  text: string;
  muted: string;
  accent: string;
  raised: string;
  line: string;
  selection: string;
  hover: string;
  key: string;
  string: string;
  number: string;
  literal: string;
};

// The tokens of tokens.css, which Monaco takes as hexadecimal numbers only.
const light: Colours = {
  text: "#191c24",
  muted: "#5a6172",
  accent: "#4f46e5",
  raised: "#ffffff",
  line: "#e1e4ea",
  selection: "#d9d7fb",
  hover: "#eeedfd",
  key: "#2f4bb8",
  string: "#0a6a4d",
  number: "#8f4500",
  literal: "#7330d8",
};
const dark: Colours = {
  text: "#e6e8ee",
  muted: "#9aa2b4",
  accent: "#938fff",
  raised: "#1b1f28",
  line: "#262b36",
  selection: "#34345f",
  hover: "#23233f",
  key: "#9db4ff",
  string: "#7fd7b2",
  number: "#f2b36b",
  literal: "#c4a7ff",
};

/** Gives GraphiQL's themes the page's colours. */
export function defineThemes(define: typeof editor.defineTheme): void {
  define("graphiql-LIGHT", themeOf("vs", light));
  define("graphiql-DARK", themeOf("vs-dark", dark));
}

function themeOf(base: "vs" | "vs-dark", is: Colours): editor.IStandaloneThemeData {
  const tokens = {
    "": is.text,
    comment: is.muted,
    keyword: is.literal,
    string: is.string,
    number: is.number,
    "key.identifier": is.text,
    "argument.identifier": is.key,
    "type.identifier": is.number,
    "string.key.json": is.key,
    "string.value.json": is.string,
    "keyword.json": is.literal,
  };
  return {
    base,
    inherit: true,
    rules: Object.entries(tokens).map(([token, foreground]) => ({ token, foreground })),
    colors: {
      "editor.background": "#00000000",
      "editor.foreground": is.text,
      "editor.selectionBackground": is.selection,
      "editorLineNumber.foreground": is.muted,
      "editorLineNumber.activeForeground": is.text,
      "editorIndentGuide.background1": is.line,
      "editorBracketHighlight.foreground1": is.muted,
      "editorBracketHighlight.foreground2": is.muted,
      "editorBracketHighlight.foreground3": is.muted,
      "editorWidget.background": is.raised,
      "editorWidget.border": is.line,
      "editorHoverWidget.background": is.raised,
      "editorSuggestWidget.background": is.raised,
      "editorSuggestWidget.selectedBackground": is.hover,
      "editorSuggestWidget.selectedForeground": is.text,
      "list.hoverBackground": is.hover,
      "list.highlightForeground": is.accent,
      "list.focusHighlightForeground": is.accent,
      "menu.background": is.raised,
      "menu.selectionBackground": is.hover,
      "menu.selectionForeground": is.text,
      "textLink.foreground": is.accent,
      "scrollbar.shadow": "#00000000",
      focusBorder: is.accent,
    },
  };
}
