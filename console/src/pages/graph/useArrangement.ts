import { useState } from "react";
import type { Graph } from "./graph";
import { arrange, type Places } from "./layout/arrange";
import { settle } from "./layout/settle";

type Arrangement = { name: string; graph: Graph; places: Places; settled: boolean };

/**
 * Keeps each task where it is for as long as the graph is looked at: what is new is put beside. Only when told to, all is laid
 * out again.
 */
export function useArrangement(name: string, graph: Graph): { places: Places; settled: boolean; tidy: () => void } {
  const fresh = () => ({ name, graph, places: arrange(graph), settled: false });
  const [kept, keep] = useState<Arrangement>(fresh);
  let current = kept;
  if (kept.name !== name) current = fresh();
  else if (kept.graph !== graph) {
    const places = settle(graph, kept.places);
    current = { name, graph, places, settled: kept.settled || places !== kept.places };
  }
  // The way of React to keep what follows from what it is given: it renders again, at once and without showing this.
  if (current !== kept) keep(current);
  return { places: current.places, settled: current.settled, tidy: () => keep(fresh()) };
}
