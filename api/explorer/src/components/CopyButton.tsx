import { useState } from "react";

import { Button } from "@/components/Button";

export function CopyButton({ text, label = "Copy" }: { text: string; label?: string }) {
  const [said, setSaid] = useState(label);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid("Copied");
    } catch {
      setSaid("Select the text to copy it");
    }
  };
  return (
    <Button onClick={() => void copy()} onBlur={() => setSaid(label)}>
      <span aria-live="polite">{said}</span>
    </Button>
  );
}
