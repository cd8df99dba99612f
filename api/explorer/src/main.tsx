import "@/styles/tokens.css";
import "@/styles/base.css";

import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { createQueryClient } from "@/app/queryClient";
import { createExplorerRouter } from "@/app/router";
import { applyTheme } from "@/lib/theme";

applyTheme();

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no element with the id root");

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={createQueryClient()}>
      <RouterProvider router={createExplorerRouter()} />
    </QueryClientProvider>
  </StrictMode>,
);
