import { pathOf } from "@/features/lineage/curve";
import { boundsOf } from "@/features/lineage/flow";
import type { FlowNode } from "@/features/lineage/flow";
import { nameOf } from "@/features/lineage/scene";
import type { Scene } from "@/features/lineage/scene";
import type { Colours } from "@/lib/colours";
import { kindLabel } from "@/lib/kinds";

const EDGE = 40;
/** Pixels along a side, and in all, that browsers can still rasterise. */
const MOST_SIDE = 16_000;
const MOST_PIXELS = 120_000_000;
/** Letters of the card's font that fit into a pixel of width, for 13 px. */
const LETTER = 7.2;

const escaped = (text: string) =>
  text.replace(/[&<>"]/g, (one) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[one] ?? one);

const cut = (text: string, width: number) => {
  const fits = Math.floor(width / LETTER);
  return text.length > fits ? `${text.slice(0, Math.max(1, fits - 1))}…` : text;
};

/** The whole drawing as an SVG document of shapes and text, which any drawing program opens. */
export function svgOf(scene: Scene, title: string, colour: Colours): { svg: string; width: number; height: number } {
  const box = boundsOf(scene.nodes);
  const [width, height] = [Math.ceil(box.width + 2 * EDGE), Math.ceil(box.height + 2 * EDGE)];
  const ways = scene.strokes.map(
    (stroke) => `<path d="${pathOf(stroke)}"${stroke.edge.data?.edge.influence ? ' stroke-dasharray="5 4"' : ""}/>`,
  );
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"`,
    ` viewBox="${box.x - EDGE} ${box.y - EDGE} ${width} ${height}" font-family="sans-serif" font-size="13">`,
    `<title>${escaped(title)}</title>`,
    `<rect x="${box.x - EDGE}" y="${box.y - EDGE}" width="${width}" height="${height}" fill="${colour("--sunken")}"/>`,
    `<g fill="none" stroke="${colour("--control")}" stroke-width="1.5">${ways.join("")}</g>`,
    ...scene.nodes.map((node) => cardOf(node, colour)),
    "</svg>",
  ].join("");
  return { svg, width, height };
}

function cardOf(node: FlowNode, colour: Colours): string {
  const { position, width = 0, height = 0, type, data } = node;
  const [x, y] = [position.x, position.y];
  const text = (line: string, dx: number, dy: number, more: string) =>
    `<text x="${x + dx}" y="${y + dy}" ${more}>${escaped(cut(line, width - 2 * dx))}</text>`;
  const [ink, soft] = [`fill="${colour("--ink")}"`, `fill="${colour("--ink-soft")}" font-size="12"`];
  const root = type === "card" && data.root;
  const stroke = colour(root ? "--accent" : "--line-strong");
  const fill = type === "frame" ? "none" : colour("--surface");
  const shape = `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="10" fill="${fill}" stroke="${stroke}" stroke-width="${root ? 2 : 1}"/>`;
  const name = text(nameOf(node), 14, 29, `${ink} font-weight="600"`);
  return `<g><title>${escaped(nameOf(node))}</title>${shape}${name}${detailOf(node, text, soft)}</g>`;
}

function detailOf(
  { type, data }: FlowNode,
  text: (line: string, dx: number, dy: number, more: string) => string,
  soft: string,
): string {
  if (type === "frame") return "";
  if (type === "group") return text(`${data.group.members} assets`, 14, 54, soft);
  const { node, fields } = data;
  const about = [kindLabel(node.datasetKind ?? node.kind), node.platform, node.container?.title].filter(Boolean);
  const lines = (fields ?? []).map((field, at) => text(field.path, 14, 76 + at * 24 + 16, soft));
  return text(about.join(" · "), 14, 54, soft) + lines.join("");
}

/** The drawing as a PNG, twice as sharp where the browser can; throws where it is too large for a picture of pixels. */
export async function pngOf({ svg, width, height }: ReturnType<typeof svgOf>): Promise<Blob> {
  const scale = Math.min(2, MOST_SIDE / Math.max(width, height), Math.sqrt(MOST_PIXELS / (width * height)));
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.round(width * scale), Math.round(height * scale)];
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => {
      if (blob) resolve(blob);
      else reject(new Error("The drawing is too large for a PNG. Save it as SVG, or filter or group it first."));
    }, "image/png"),
  );
}

/** Hands a file to the browser's downloads. */
export function save(blob: Blob, name: string) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
