/** Ends of an edge, from the right side of one card to the left side of another. */
export interface Ends {
  sourceX: number;
  sourceY: number;
  targetX: number;
  targetY: number;
}

/** How far the control points of an edge's curve stand off its ends; an edge that leads back bows out. */
const reach = ({ sourceX, targetX }: Ends): number => {
  const far = targetX - sourceX;
  return far >= 0 ? far / 2 : 6 * Math.sqrt(-far);
};

/** Both control points of the cubic curve. */
export function controls(ends: Ends): [number, number, number, number] {
  const off = reach(ends);
  return [ends.sourceX + off, ends.sourceY, ends.targetX - off, ends.targetY];
}

const round = (value: number) => Math.round(value * 10) / 10;

/** The curve as SVG writes it. */
export function pathOf(ends: Ends): string {
  const [x1, y1, x2, y2] = controls(ends).map(round);
  const { sourceX, sourceY, targetX, targetY } = ends;
  return `M${round(sourceX)},${round(sourceY)}C${x1},${y1} ${x2},${y2} ${round(targetX)},${round(targetY)}`;
}

/** Distance of a point from the curve, by straight pieces of it. */
export function distanceTo(ends: Ends, x: number, y: number, pieces = 20): number {
  const [x1, y1, x2, y2] = controls(ends);
  let least = Infinity;
  for (let n = 0; n <= pieces; n += 1) {
    const t = n / pieces;
    const s = 1 - t;
    const [a, b, c, d] = [s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t];
    const px = a * ends.sourceX + b * x1 + c * x2 + d * ends.targetX;
    const py = a * ends.sourceY + b * y1 + c * y2 + d * ends.targetY;
    least = Math.min(least, Math.hypot(px - x, py - y));
  }
  return least;
}
