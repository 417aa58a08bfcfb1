import type { LinkedTaskPartsFragment, TaskDetailsQuery } from "../../../generated/graphql";
import { receiptsOf, type Step, type TaskReceipt } from "../receipts/steps";

export type Obligation = NonNullable<TaskDetailsQuery["task"]>["obligation"];
export type Acknowledgement = NonNullable<TaskReceipt["acknowledgement"]>;

/** A place in the graph. */
export type Place =
  | { kind: "obligation"; id: string; obligation: Obligation }
  | { kind: "step"; id: string; step: Step; closes: boolean }
  | { kind: "acknowledgement"; id: string; of: string; acknowledgement: Acknowledgement }
  /** Another task: one whose receipts are answered here, or one that answers receipts of this task. */
  | { kind: "link"; id: string; task: LinkedTaskPartsFragment }
  /** More tasks than are shown. */
  | { kind: "more"; id: string };

/** Who answers whom. What closes the obligation answers it like others, and more. */
export type Answer = { id: string; from: string; to: string; closes: boolean };

/** What happened under one lease, or under none, and the tasks that grew out of it. */
export type Lane = { id: string; lease: string | undefined; places: Place[]; grown: Place[] };

/** A task's life: what it answers, what is owed, and what has happened since. */
export type Life = { origins: Place[]; obligation: Place; lanes: Lane[]; answers: Answer[] };

/** Makes the graph of a life. A receipt whose parents are not shown stands without an edge. */
export function lifeOf(obligation: Obligation, steps: readonly Step[]): Life {
  const draft = new Draft();
  const life: Life = {
    origins: originsOf(obligation),
    obligation: { kind: "obligation", id: obligation.id, obligation },
    lanes: draft.lanes,
    answers: draft.answers,
  };
  for (const { id } of life.origins) draft.answer(id, obligation.id);
  draft.addOwn(obligation);
  for (const step of steps) if (step.id !== obligation.id) draft.addStep(step, obligation);
  return life;
}

/** The tasks whose receipts the obligation answers, each once. */
function originsOf({ parents }: Obligation): Place[] {
  const tasks = new Map(parents.flatMap(({ task }) => (task ? [[task.id, task]] : [])));
  return [...tasks.values()].map((task) => ({ kind: "link", id: `origin ${task.id}`, task }));
}

class Draft {
  readonly lanes: Lane[] = [];
  readonly answers: Answer[] = [];
  private readonly placed = new Set<string>();

  answer(from: string, to: string, closes = false) {
    this.answers.push({ id: `${from} ${to}`, from, to, closes });
  }

  /** What answers the obligation itself, besides what is told of the task. */
  addOwn(obligation: Obligation) {
    this.placed.add(obligation.id);
    const lane: Lane = { id: "own", lease: undefined, places: [], grown: [] };
    this.addAcknowledgement(lane.places, obligation.id, obligation);
    this.addGrown(lane.grown, obligation.id, obligation);
    if (lane.places.length + lane.grown.length > 0) this.lanes.push(lane);
  }

  addStep(step: Step, { id: obligation, terminator }: Obligation) {
    const closes = step.id === terminator?.id;
    const lane = this.laneOf(step);
    lane.places.push({ kind: "step", id: step.id, step, closes });
    this.placed.add(step.id);
    const receipts = receiptsOf(step);
    const parents = new Set(receipts.flatMap((receipt) => receipt.parents.map(({ id }) => id)));
    for (const parent of parents) if (this.placed.has(parent)) this.answer(parent, step.id, closes && parent === obligation);
    for (const receipt of receipts) {
      this.addAcknowledgement(lane.places, step.id, receipt);
      this.addGrown(lane.grown, step.id, receipt);
    }
  }

  /** A receipt stands in the lane of its lease; one that speaks of none, where the life has come to. */
  private laneOf(step: Step): Lane {
    const lease = receiptsOf(step)[0]?.lease?.id;
    const lanes = this.lanes.filter(({ id }) => id !== "own");
    const found = lease === undefined ? lanes.at(-1) : lanes.findLast((lane) => lane.lease === lease);
    if (found) return found;
    const lane: Lane = { id: `lane ${step.id}`, lease, places: [], grown: [] };
    this.lanes.push(lane);
    return lane;
  }

  private addAcknowledgement(places: Place[], from: string, { acknowledgement }: TaskReceipt) {
    if (!acknowledgement) return;
    places.push({ kind: "acknowledgement", id: acknowledgement.id, of: from, acknowledgement });
    this.answer(from, acknowledgement.id);
  }

  /** A task that answers several receipts is placed once. */
  private addGrown(places: Place[], from: string, { id, children }: TaskReceipt) {
    for (const child of children.nodes) {
      if (!child.task) continue;
      if (!this.placed.has(child.id)) places.push({ kind: "link", id: child.id, task: child.task });
      this.placed.add(child.id);
      this.answer(from, child.id);
    }
    if (!children.pageInfo.hasNextPage) return;
    places.push({ kind: "more", id: `more ${id}` });
    this.answer(from, `more ${id}`);
  }
}
