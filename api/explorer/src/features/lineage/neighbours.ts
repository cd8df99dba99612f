import type { FlowEdge, FlowNode } from "@/features/lineage/flow";

export type Arrow = "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown";

export const isArrow = (key: string): key is Arrow => /^Arrow(Left|Right|Up|Down)$/.test(key);

const middle = ({ position, height = 0 }: FlowNode) => position.y + height / 2;

function nearest(nodes: FlowNode[], distance: (node: FlowNode) => number): FlowNode | null {
  return nodes.reduce<FlowNode | null>((best, one) => (best && distance(best) <= distance(one) ? best : one), null);
}

/**
 * The card that an arrow key leads to: left what `at` derives from, right what derives from it, the one at the most equal
 * height first; up and down the next one in the same column. Null where there is none.
 */
export function neighbour(nodes: FlowNode[], edges: FlowEdge[], at: string, arrow: Arrow): string | null {
  const here = nodes.find(({ id }) => id === at);
  if (!here) return null;
  const off = (one: FlowNode) => Math.abs(middle(one) - middle(here));
  if (arrow === "ArrowUp" || arrow === "ArrowDown") {
    const sign = arrow === "ArrowUp" ? -1 : 1;
    const column = nodes.filter(
      (one) =>
        one.type !== "frame" &&
        Math.abs(one.position.x - here.position.x) < (here.width ?? 0) / 2 &&
        sign * (middle(one) - middle(here)) > 0,
    );
    return nearest(column, off)?.id ?? null;
  }
  const ends =
    arrow === "ArrowLeft"
      ? edges.filter(({ target }) => target === at).map(({ source }) => source)
      : edges.filter(({ source }) => source === at).map(({ target }) => target);
  const linked = new Set(ends);
  return (
    nearest(
      nodes.filter(({ id }) => id !== at && linked.has(id)),
      off,
    )?.id ?? null
  );
}
