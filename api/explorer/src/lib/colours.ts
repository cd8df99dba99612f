/** The colour that a token of the page's looks stands for now, as canvas, WebGL and files take it: not `light-dark(...)`. */
export function colourOf(token: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${token})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

export type Colours = (token: string) => string;

/** The same for painting many things: each token is looked up once. Make it anew when the looks change. */
export function colours(): Colours {
  const known = new Map<string, string>();
  return (token) => {
    const found = known.get(token) ?? colourOf(token);
    known.set(token, found);
    return found;
  };
}
