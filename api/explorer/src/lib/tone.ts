export type Tone = "good" | "warn" | "bad" | "busy" | "quiet";

const tones: Record<string, Tone> = {
  complete: "good",
  passed: "good",
  pass: "good",
  success: "good",
  partial: "warn",
  warn: "warn",
  warning: "warn",
  canttell: "warn",
  failed: "bad",
  fail: "bad",
  error: "bad",
  queued: "busy",
  running: "busy",
  cancelled: "quiet",
};

/** EARL's outcomes in words: `cantTell` reads "cannot tell". */
export const outcomeLabel = (outcome: string): string => (outcome === "cantTell" ? "cannot tell" : outcome);

/** How a run's state or a check's outcome is coloured; a word we do not know is quiet. */
export const toneOf = (word: string): Tone => tones[word.toLowerCase().replaceAll(/[^a-z]/g, "")] ?? "quiet";
