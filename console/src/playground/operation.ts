import { getOperationAST, type OperationDefinitionNode, parse } from "graphql";

/**
 * Finds the operation of this name, or the only one there is: when a tab has just been opened, GraphiQL still names the one
 * before. Undefined for a document that is to be refused, which is the server's to say.
 */
export function operationIn(document: string, name: string | null | undefined): OperationDefinitionNode | undefined {
  try {
    const parsed = parse(document);
    return getOperationAST(parsed, name) ?? getOperationAST(parsed) ?? undefined;
  } catch {
    return undefined;
  }
}
