import type { Box, Place } from "@/features/lineage/layout";

interface Link {
  start: string;
  end: string;
}

const GAP = 24;
const COLUMN_GAP = 40;
const RANK_GAP = 130;
const SWEEPS = 4;
/** Width to height of the whole, about that of a screen. */
const ASPECT = 1.7;
const LEAST_HEIGHT = 2400;

interface Links {
  above: number[][];
  below: number[][];
}

function linksOf(boxes: Box[], edges: Link[]): Links {
  const at = new Map(boxes.map(({ id }, index) => [id, index]));
  const links: Links = { above: boxes.map(() => []), below: boxes.map(() => []) };
  for (const { start, end } of edges) {
    const [from, to] = [at.get(start), at.get(end)];
    if (from === undefined || to === undefined || from === to) continue;
    links.below[from]?.push(to);
    links.above[to]?.push(from);
  }
  return links;
}

/** All nodes, each after those that lead to it; an edge that closes a cycle counts for nothing. */
function ordered({ below }: Links): number[] {
  const state = new Uint8Array(below.length);
  const done: number[] = [];
  for (let first = 0; first < below.length; first += 1) {
    const path: [number, number][] = state[first] ? [] : [[first, 0]];
    while (path.length) {
      const top = path[path.length - 1] as [number, number];
      const [node, next] = top;
      state[node] = 1;
      const child = below[node]?.[next];
      if (child === undefined) {
        done.push(node);
        path.pop();
      } else {
        top[1] += 1;
        if (!state[child]) path.push([child, 0]);
      }
    }
  }
  return done.reverse();
}

/** The rank of each node, from left to right; one without anything above it stands just before what derives from it. */
export function ranksOf(boxes: Box[], edges: Link[]): number[] {
  const links = linksOf(boxes, edges);
  const order = ordered(links);
  const turn = new Array<number>(boxes.length);
  order.forEach((node, index) => (turn[node] = index));
  const ranks = new Array<number>(boxes.length).fill(0);
  const later = (node: number) => (links.below[node] ?? []).filter((one) => (turn[one] ?? 0) > (turn[node] ?? 0));
  for (const node of order)
    for (const one of later(node)) ranks[one] = Math.max(ranks[one] ?? 0, (ranks[node] ?? 0) + 1);
  for (const node of order) {
    if (links.above[node]?.length) continue;
    const nearest = later(node).reduce((least, one) => Math.min(least, ranks[one] ?? 0), Infinity);
    if (nearest !== Infinity) ranks[node] = nearest - 1;
  }
  return ranks;
}

/** Orders each rank by the mean place of the neighbours in the rank before, then after, a few times over. */
function untangle(rows: number[][], links: Links) {
  const place = new Map<number, number>();
  const note = (row: number[]) => row.forEach((node, index) => place.set(node, index / row.length));
  rows.forEach(note);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const beside = sweep % 2 ? links.below : links.above;
    for (const row of sweep % 2 ? [...rows].reverse() : rows) {
      const weight = new Map(
        row.map((node) => {
          const near = beside[node] ?? [];
          const sum = near.reduce((total, one) => total + (place.get(one) ?? 0), 0);
          return [node, near.length ? sum / near.length : (place.get(node) ?? 0)];
        }),
      );
      row.sort((one, other) => (weight.get(one) ?? 0) - (weight.get(other) ?? 0));
      note(row);
    }
  }
}

/**
 * Left-to-right places in ranks, where a rank too high for a screen stands in several columns.
 *
 * ELK's layered layout takes 2.5 to 6 s for 2,000 nodes; this takes some tens of milliseconds. After Sugiyama, Tagawa and
 * Toda, Methods for Visual Understanding of Hierarchical System Structures (1981), with the barycentre heuristic.
 */
export function layOutRanks(boxes: Box[], edges: Link[]): [string, Place][] {
  const rows: number[][] = [];
  ranksOf(boxes, edges).forEach((rank, node) => (rows[rank] ??= []).push(node));
  const filled = rows.filter((row) => row.length);
  untangle(filled, linksOf(boxes, edges));
  const area = boxes.reduce((sum, { width, height }) => sum + (width + COLUMN_GAP) * (height + GAP), 0);
  const most = Math.max(LEAST_HEIGHT, Math.sqrt(area / ASPECT));
  const places: [string, Place][] = [];
  let x = 0;
  for (const row of filled) {
    for (const column of columnsOf(row, boxes, most)) {
      let y = -heightOf(column, boxes) / 2;
      for (const node of column) {
        const { id, height } = boxes[node] as Box;
        places.push([id, { x, y }]);
        y += height + GAP;
      }
      x += Math.max(...column.map((node) => boxes[node]?.width ?? 0)) + COLUMN_GAP;
    }
    x += RANK_GAP - COLUMN_GAP;
  }
  return places;
}

const heightOf = (column: number[], boxes: Box[]) =>
  column.reduce((sum, node) => sum + (boxes[node]?.height ?? 0) + GAP, -GAP);

/** Parts of a rank, each at most so high, and of about the same height. */
function columnsOf(row: number[], boxes: Box[], most: number): number[][] {
  const whole = heightOf(row, boxes);
  const each = whole / Math.max(1, Math.ceil(whole / most));
  const columns: number[][] = [[]];
  let filled = 0;
  for (const node of row) {
    const height = (boxes[node]?.height ?? 0) + GAP;
    if (filled > 0 && filled + height / 2 > each) {
      columns.push([]);
      filled = 0;
    }
    columns[columns.length - 1]?.push(node);
    filled += height;
  }
  return columns;
}
