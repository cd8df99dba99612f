export interface Piece {
  text: string;
  marked: boolean;
}

const entities: Record<string, string> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#x27;": "'",
  "&#39;": "'",
  "&amp;": "&",
};

const decode = (text: string): string =>
  text.replace(/&(?:lt|gt|quot|amp|#x27|#39);/g, (found) => entities[found] ?? found);

/** Splits a highlight at its `<b>`, `<em>` or `<mark>` elements. All else stays text: nothing is ever set as HTML. */
export function pieces(highlight: string): Piece[] {
  return highlight
    .split(/(<(b|em|mark)>.*?<\/\2>)/s)
    .filter((part, index) => index % 3 !== 2 && part !== "")
    .map((part) => {
      const marked = /^<(b|em|mark)>(.*)<\/\1>$/s.exec(part);
      return { text: decode(marked?.[2] ?? part), marked: marked !== null };
    });
}

export const plainText = (highlight: string): string =>
  pieces(highlight)
    .map((piece) => piece.text)
    .join("");
