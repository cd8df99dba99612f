import Rendered from "react-markdown";

/** Markdown as elements. Raw HTML is shown as text and addresses other than web and mail are dropped, so nothing can run. */
export default function Markdown({ text }: { text: string }) {
  return <Rendered disallowedElements={["img"]}>{text}</Rendered>;
}
