type TextEditor = { getValue(): string };

let editor: TextEditor | undefined;

/** What stands in the editor of variables. */
export function variablesText(): string {
  return editor?.getValue() ?? "";
}

export function setVariableEditor(to: TextEditor | undefined) {
  editor = to;
}
