import { controls } from "@/features/lineage/curve";
import type { FlowNode } from "@/features/lineage/flow";
import type { Light, Tone } from "@/features/lineage/light";
import { nameOf } from "@/features/lineage/scene";
import type { Scene, Stroke } from "@/features/lineage/scene";
import type { Colours } from "@/lib/colours";

/** From how far on cards are painted instead of made of elements, and from how far on their names cannot be read. */
export const FAR = 0.4;
const NAMELESS = 0.12;
const FONT = 9;
const CROWD = 400;

export interface View {
  x: number;
  y: number;
  zoom: number;
  width: number;
  height: number;
}

const strokeOf: Record<Tone | "plain", [colour: string, width: number, alpha: number]> = {
  plain: ["--control", 1, 0.6],
  dim: ["--control", 1, 0.25],
  affected: ["--warn", 1.5, 1],
  lit: ["--accent", 1.5, 1],
  way: ["--accent", 2.5, 1],
  broken: ["--bad", 2, 1],
  changed: ["--bad", 2, 1],
};
const fillOf: Partial<Record<Tone | "plain", string>> = {
  affected: "--warn-soft",
  lit: "--accent-soft",
  way: "--accent-soft",
  broken: "--bad-soft",
  changed: "--bad-soft",
};

/** Paints what is in sight: all edges, and from afar the cards. One stroke for all edges of a tone. */
export function paint(context: CanvasRenderingContext2D, scene: Scene, view: View, light: Light, colour: Colours) {
  const sharp = window.devicePixelRatio;
  context.setTransform(sharp, 0, 0, sharp, 0, 0);
  context.clearRect(0, 0, view.width, view.height);
  context.setTransform(sharp * view.zoom, 0, 0, sharp * view.zoom, sharp * view.x, sharp * view.y);
  const [left, top] = [-view.x / view.zoom, -view.y / view.zoom];
  const [right, bottom] = [left + view.width / view.zoom, top + view.height / view.zoom];
  const isSeen = ({ sourceX, sourceY, targetX, targetY }: Stroke) =>
    Math.max(sourceX, targetX) >= left &&
    Math.min(sourceX, targetX) <= right &&
    Math.max(sourceY, targetY) >= top &&
    Math.min(sourceY, targetY) <= bottom;
  const paths = new Map<Tone | "plain", Path2D>();
  const counts = new Map<string, number>();
  for (const stroke of scene.strokes) {
    if (!isSeen(stroke)) continue;
    const tone = light.tone(stroke.edge.id) ?? "plain";
    let path = paths.get(tone);
    if (!path) paths.set(tone, (path = new Path2D()));
    counts.set(tone, (counts.get(tone) ?? 0) + 1);
    path.moveTo(stroke.sourceX, stroke.sourceY);
    path.bezierCurveTo(...controls(stroke), stroke.targetX, stroke.targetY);
  }
  for (const [tone, [name, width, alpha]] of Object.entries(strokeOf)) {
    const path = paths.get(tone as Tone | "plain");
    if (!path) continue;
    // So many edges would be one blot.
    context.globalAlpha = alpha * Math.max(0.25, Math.min(1, CROWD / (counts.get(tone) ?? 1)));
    context.strokeStyle = colour(name);
    context.lineWidth = width / view.zoom;
    context.stroke(path);
  }
  context.globalAlpha = 1;
  if (view.zoom >= FAR) return;
  const colours = { surface: colour("--surface"), line: colour("--line-strong"), ink: colour("--ink") };
  context.lineWidth = 1 / view.zoom;
  context.font = `${FONT / view.zoom}px ${getComputedStyle(context.canvas).fontFamily}`;
  context.textBaseline = "middle";
  for (const node of scene.nodes) {
    const { position, width = 0, height = 0 } = node;
    if (position.x > right || position.x + width < left || position.y > bottom || position.y + height < top) continue;
    const tone = light.tone(node.id) ?? "plain";
    const root = node.type === "card" && node.data.root;
    const fill = fillOf[tone];
    context.globalAlpha = node.type === "frame" ? 0.4 : tone === "dim" ? 0.5 : 1;
    context.fillStyle = fill ? colour(fill) : colours.surface;
    context.strokeStyle = root ? colour("--accent") : fill ? colour(strokeOf[tone][0]) : colours.line;
    context.fillRect(position.x, position.y, width, height);
    context.strokeRect(position.x, position.y, width, height);
    if (view.zoom >= NAMELESS) label(context, node, view.zoom, colours.ink);
  }
  context.globalAlpha = 1;
}

/** A card's name in letters of one size at any distance, as far as it fits. */
function label(context: CanvasRenderingContext2D, node: FlowNode, zoom: number, ink: string) {
  const { position, width = 0, height = 0 } = node;
  const fits = Math.floor((width * zoom - 6) / (FONT * 0.55));
  const name = nameOf(node);
  const line = node.type === "frame" ? 26 : Math.min(height, 76) / 2;
  context.fillStyle = ink;
  context.fillText(
    name.length > fits ? `${name.slice(0, Math.max(1, fits - 1))}…` : name,
    position.x + 4 / zoom,
    position.y + line,
  );
}
