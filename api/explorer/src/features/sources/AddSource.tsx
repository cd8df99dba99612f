import { useState } from "react";

import { Button } from "@/components/Button";
import { Modal } from "@/components/Modal";
import { SourceForm } from "@/features/sources/SourceForm";

export function AddSource() {
  const [open, setOpen] = useState(false);
  return (
    <div>
      <Button onClick={() => setOpen(true)} data-testid="add-source">
        Add a source
      </Button>
      <Modal title="Add a source" open={open} onOpenChange={setOpen}>
        <SourceForm onDone={() => setOpen(false)} />
      </Modal>
    </div>
  );
}
