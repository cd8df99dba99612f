import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { useState } from "react";
import { afterEach, expect, test } from "vitest";

import { Tabs } from "@/components/Tabs";

afterEach(cleanup);

const tabs = [
  { id: "columns", title: "Columns" },
  { id: "facts", title: "Facts" },
  { id: "history", title: "History" },
];

function Example() {
  const [active, setActive] = useState("columns");
  return (
    <Tabs label="Example" tabs={tabs} active={active} onChange={setActive}>
      shows {active}
    </Tabs>
  );
}

test.each([
  ["ArrowRight", "facts"],
  ["ArrowLeft", "history"],
  ["End", "history"],
])("%s moves from the first tab to %s", async (key, expected) => {
  render(<Example />);
  const first = screen.getByRole("tab", { name: "Columns" });
  first.focus();
  fireEvent.keyDown(first, { key });
  await waitFor(() => expect(screen.getByRole("tabpanel").textContent).toBe(`shows ${expected}`));
  expect(document.activeElement?.id).toBe(`tab-${expected}`);
});

test("only the chosen tab is a tab stop", () => {
  render(<Example />);
  expect(screen.getAllByRole("tab").map((tab) => tab.tabIndex)).toEqual([0, -1, -1]);
});
