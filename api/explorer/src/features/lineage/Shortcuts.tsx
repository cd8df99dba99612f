import { Modal } from "@/components/Modal";
import styles from "@/features/lineage/Shortcuts.module.css";

const keys: [string, string][] = [
  ["←", "to what the card derives from"],
  ["→", "to what derives from the card"],
  ["↑ ↓", "to the next card of the same column"],
  ["Enter", "opens the asset, the group or the edge that has the focus"],
  ["Space", "shows or hides the columns of the card"],
  ["Tab", "through the buttons of cards, and edges"],
  ["/", "finds a card by its name"],
  ["Esc", "closes what was opened last"],
  ["?", "shows this list"],
];

export function Shortcuts({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Modal title="Keys of the lineage page" open={open} onOpenChange={onOpenChange}>
      <dl className={styles.keys}>
        {keys.map(([key, what]) => (
          <div key={key}>
            <dt>
              {key.split(" ").map((one) => (
                <kbd key={one}>{one}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
